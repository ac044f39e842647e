// Generated from Rust by `revgate::typescript`. Edits are lost.

/**
 * An integer that can exceed 2^53, up to which a number is exact. `revgate` rounds none: one that
 * exceeds it is refused by its place, unless the option `bigints` of `createTopic` lists that.
 */
export type LargeInteger = number;

export type Adjacent =
	| { "kind": "just-unit" }
	| { "kind": "one-value"; "value": Point }
	| { "kind": "two-values"; "value": [number, string] }
	| { "kind": "some-fields"; "value": { SIZE: number } };

export type AliasOfField = { newer: number };

export type AnotherName = { one: number };

export type Bound<T> = { items: Array<T> };

export type Converted = string;

export type ConvertedAlone = { percent: number };

export type DefaultOfAll = { one: number; two: number | null };

export type DefaultOfField = { one: number; two: number };

export type DenyUnknownFields = { one: number };

export type External =
	| "Unit"
	| { "Newtype": number }
	| { "Optional": number | null }
	| { "Tuple": [number, string] }
	| { "Struct": { one: number } }
	| { "NoFields": Record<symbol, never> };

export type Flatten = { one: number; inner_one: number } & ({ "kind": "Left"; left: number } | {
	"kind": "Right";
	right: string;
});

export type FlattenRest = { one: number } & ({ [key in string]: number });

export type FlattenRestAlone = { one: number } & ({ [key in string]: string });

export type Internal =
	| { "kind": "just_unit" }
	| { "kind": "one_value" } & Point
	| { "kind": "some_fields"; fontSize: number };

export type Key = "Left" | "Right";

export type Large = {
	/**
	 * Of a row in a database.
	 *
	 * Can exceed 2^53: see {@link LargeInteger}.
	 */
	id: LargeInteger;
	/** Can exceed 2^53: see {@link LargeInteger}. */
	all: Array<LargeInteger | null>;
	small: number;
};

export type MapByNewtypeAlone = { by_number: { [key in Number]: number } };

export type Maps = {
	by_text: { [key in string]: number };
	by_letter: { [key in string]: number };
	by_number: { [key in number]: number };
	by_large: { [key in string]: number };
	by_id: { [key in string]: number };
	by_key: { [key in Key]?: number };
	by_flag: { [key in `${boolean}`]?: number };
	set: Array<Key>;
};

export type Nested = {
	/** Can exceed 2^53: see {@link LargeInteger}. */
	tree: Tree<Newtype, Tree<LargeInteger, number> | null>;
	triple: [[number, Newtype], [number, Newtype], [number, Newtype]];
};

export type Newtype = string;

export type NoFields = Record<symbol, never>;

export type Number = LargeInteger;

export type Optional = { one: number | null; two: number | null | null; unit: null | null };

export type Other = { "kind": "Known"; one: number } | { "kind": "Unknown" };

export type Point = { x: number };

export type RenameAll = { fontSize: number; type: string };

export type RenameAllLoudly = { "FONT-SIZE": number };

export type RenameOfField = { "with-a-dash": number; größe: number };

export type RenameOnWriting = { written: number };

export type RenameOnWritingAlone = { one: number };

export type SerializeWithAlone = { one: number };

export type Skip = { one: number };

export type SkipDeserializing = { computed: number };

export type SkipSerializing = { one: number };

export type SkipSerializingAlone = { secret: number };

export type SkipSerializingIf = { one?: number; many?: Array<number> };

export type SkipSerializingIfAlone = { one: number | null };

export type Standard = {
	range: { start: number; end: number };
	address: string;
	path: string;
	result: { Ok : number } | { Err : string };
	letter: string;
	float: number;
	boxed: string;
};

export type TagOfStruct = { "type": "TagOfStruct"; one: number };

export type Transparent = number;

export type TransparentAlone = { inner: number };

export type Tree<T, U = number> = {
	item: T;
	label: U;
	children: Array<Tree<T, U>>;
	next: Tree<T, U> | null;
};

export type Tuple = [number, string | null];

export type Unit = null;

export type Untagged = number | [number, string] | { one: number } | null;

export type Variants = "first-one" | "Aliased" | number;

export type With = { both: string; each: string; duration: { secs: number; nanos: number } };

// rename_all
export const value1: RenameAll = {"fontSize":14,"type":"a"};
// @ts-expect-error: serde refuses it as well
export const value2: RenameAll = {"font_size":14,"type":"a"};
// @ts-expect-error: serde refuses it as well
export const value3: RenameAll = {"fontSize":14};

// rename_all, to other cases
export const value4: RenameAllLoudly = {"FONT-SIZE":14};
// @ts-expect-error: serde refuses it as well
export const value5: RenameAllLoudly = {"FONT_SIZE":14};

// rename of a type
export const value6: AnotherName = {"one":1};

// deny_unknown_fields
export const value7: DenyUnknownFields = {"one":1};
// @ts-expect-error: serde refuses it as well
export const value8: DenyUnknownFields = {"one":1,"two":2};

// default of all fields
export const value9: DefaultOfAll = {"one":0,"two":null};
export const value10: DefaultOfAll = {"one":1,"two":2};
// @ts-expect-error: serde never writes it
export const value11: DefaultOfAll = {"one":1};
// @ts-expect-error: serde never writes it
export const value12: DefaultOfAll = {"two":1};

// tag of a struct
export const value13: TagOfStruct = {"type":"TagOfStruct","one":1};
// @ts-expect-error: serde never writes it
export const value14: TagOfStruct = {"type":"Another","one":1};

// transparent
export const value15: Transparent = 1;
// @ts-expect-error: serde refuses it as well
export const value16: Transparent = {"inner":1};

// into and try_from
export const value17: Converted = "50%";
// @ts-expect-error: serde refuses it as well
export const value18: Converted = {"percent":50};

// bound, and a generic type
export const value19: Bound<AnotherName> = {"items":[{"one":1}]};
// @ts-expect-error: serde refuses it as well
export const value20: Bound<AnotherName> = {"items":[1]};

// an enum tagged from outside
export const value21: External = "Unit";
export const value22: External = {"Newtype":1};
export const value23: External = {"Optional":null};
export const value24: External = {"Tuple":[1,"a"]};
export const value25: External = {"Struct":{"one":1}};
export const value26: External = {"NoFields":{}};
// @ts-expect-error: serde refuses it as well
export const value27: External = "unit";
// @ts-expect-error: serde refuses it as well
export const value28: External = {"Newtype":"a"};
// @ts-expect-error: serde refuses it as well
export const value29: External = {"Tuple":[1]};

// tag, with rename_all and rename_all_fields
export const value30: Internal = {"kind":"just_unit"};
export const value31: Internal = {"kind":"one_value","x":0.5};
export const value32: Internal = {"kind":"some_fields","fontSize":14};
// @ts-expect-error: serde refuses it as well
export const value33: Internal = {"kind":"JustUnit"};
// @ts-expect-error: serde refuses it as well
export const value34: Internal = {"kind":"one_value"};
// @ts-expect-error: serde refuses it as well
export const value35: Internal = {"kind":"some_fields","font_size":14};

// tag and content, with rename_all of a variant
export const value36: Adjacent = {"kind":"just-unit"};
export const value37: Adjacent = {"kind":"one-value","value":{"x":0.5}};
export const value38: Adjacent = {"kind":"two-values","value":[1,"a"]};
export const value39: Adjacent = {"kind":"some-fields","value":{"SIZE":14}};
// @ts-expect-error: serde refuses it as well
export const value40: Adjacent = {"kind":"one-value","x":0.5};
// @ts-expect-error: serde refuses it as well
export const value41: Adjacent = {"kind":"some-fields"};

// untagged
export const value42: Untagged = 1;
export const value43: Untagged = [1,"a"];
export const value44: Untagged = {"one":1};
export const value45: Untagged = null;
// @ts-expect-error: serde refuses it as well
export const value46: Untagged = "Unit";
// @ts-expect-error: serde refuses it as well
export const value47: Untagged = {"two":2};

// rename, alias, skip and untagged of a variant
export const value48: Variants = "first-one";
export const value49: Variants = "Aliased";
export const value50: Variants = 0.5;
// @ts-expect-error: serde refuses it as well
export const value51: Variants = "Renamed";
// @ts-expect-error: serde refuses it as well
export const value52: Variants = "Skipped";
// @ts-expect-error: serde never writes it
export const value53: Variants = "Older";

// other
export const value54: Other = {"kind":"Known","one":1};
export const value55: Other = {"kind":"Unknown"};
// @ts-expect-error: serde never writes it
export const value56: Other = {"kind":"Stranger"};

// rename of a field
export const value57: RenameOfField = {"with-a-dash":1,"größe":2};
// @ts-expect-error: serde refuses it as well
export const value58: RenameOfField = {"one":1,"two":2};

// rename of a field for writing
export const value59: RenameOnWriting = {"written":1};
// @ts-expect-error: serde refuses it as well
export const value60: RenameOnWriting = {"one":1};

// alias of a field
export const value61: AliasOfField = {"newer":1};
// @ts-expect-error: serde never writes it
export const value62: AliasOfField = {"older":1};

// default of a field
export const value63: DefaultOfField = {"one":1,"two":1};
// @ts-expect-error: serde never writes it
export const value64: DefaultOfField = {"one":1};
// @ts-expect-error: serde never writes it
export const value65: DefaultOfField = {"two":1};

// skip
export const value66: Skip = {"one":1};
// @ts-expect-error: serde never writes it
export const value67: Skip = {"one":1,"secret":1};

// skip_deserializing
export const value68: SkipDeserializing = {"computed":0};
// @ts-expect-error: serde never writes it
export const value69: SkipDeserializing = {};

// skip_serializing
export const value70: SkipSerializing = {"one":1};
// @ts-expect-error: serde never writes it
export const value71: SkipSerializing = {"one":1,"secret":1};

// skip_serializing_if
export const value72: SkipSerializingIf = {};
export const value73: SkipSerializingIf = {"one":1,"many":[2]};
// @ts-expect-error: serde never writes it
export const value74: SkipSerializingIf = {"one":null};

// with, serialize_with
export const value75: With = {"both":"1","each":"2","duration":{"secs":18446744073709551615,"nanos":999999999}};
// @ts-expect-error: serde refuses it as well
export const value76: With = {"both":1,"each":2,"duration":{"secs":1,"nanos":0}};

// flatten of structs and enums
export const value77: Flatten = {"one":1,"inner_one":2,"kind":"Left","left":3};
export const value78: Flatten = {"one":1,"inner_one":2,"kind":"Right","right":"a"};
// @ts-expect-error: serde refuses it as well
export const value79: Flatten = {"one":1,"inner":{"inner_one":2},"kind":"Left","left":3};
// @ts-expect-error: serde refuses it as well
export const value80: Flatten = {"one":1,"inner_one":2,"kind":"Left","right":"a"};

// flatten of a map whose values are like the fields
export const value81: FlattenRest = {"one":1,"other":3};
// @ts-expect-error: serde refuses it as well
export const value82: FlattenRest = {"one":1,"other":"a"};

// a unit struct
export const value83: Unit = null;
// @ts-expect-error: serde refuses it as well
export const value84: Unit = {};

// a struct without fields
export const value85: NoFields = {};
// @ts-expect-error: serde refuses it as well
export const value86: NoFields = 1;

// a newtype
export const value87: Newtype = "a";
// @ts-expect-error: serde refuses it as well
export const value88: Newtype = 1;

// a tuple, and what is skipped of it
export const value89: Tuple = [1,null];
export const value90: Tuple = [1,"a"];
// @ts-expect-error: serde refuses it as well
export const value91: Tuple = [1];
// @ts-expect-error: serde refuses it as well
export const value92: Tuple = ["a",null];

// an option
export const value93: Optional = {"one":null,"two":null,"unit":null};
export const value94: Optional = {"one":1,"two":2,"unit":null};
// @ts-expect-error: serde never writes it
export const value95: Optional = {};

// large integers
export const value96: Large = {"id":18446744073709551615,"all":[-170141183460469231731687303715884105728,null],"small":1};
// @ts-expect-error: serde refuses it as well
export const value97: Large = {"id":"1","all":[],"small":1};

// maps and sets
export const value98: Maps = {"by_text":{},"by_letter":{},"by_number":{},"by_large":{},"by_id":{},"by_key":{},"by_flag":{},"set":[]};
export const value99: Maps = {"by_text":{"a":1},"by_letter":{"ä":1},"by_number":{"-1":1},"by_large":{"18446744073709551615":1},"by_id":{"18446744073709551615":1},"by_key":{"Left":1},"by_flag":{"true":1},"set":["Left","Right"]};
// @ts-expect-error: serde refuses it as well
export const value100: { [key in Key]?: number } = {"Middle":1};

// nested generic types
export const value101: Nested = {"tree":{"item":"root","label":{"item":0,"label":0,"children":[{"item":2,"label":0,"children":[],"next":null}],"next":{"item":1,"label":0,"children":[],"next":null}},"children":[],"next":null},"triple":[[1,"1"],[2,"2"],[3,"3"]]};
// @ts-expect-error: serde refuses it as well
export const value102: Tree<number, number> = {"item":"a","label":1,"children":[],"next":null};

// types of the standard library
export const value103: Standard = {"range":{"start":1,"end":2},"address":"127.0.0.1","path":"a/b","result":{"Ok":1},"letter":"ß","float":0.5,"boxed":"c"};
export const value104: Standard = {"range":{"start":1,"end":2},"address":"127.0.0.1","path":"a/b","result":{"Err":"d"},"letter":"ß","float":0.5,"boxed":"c"};

// transparent, without help
// @ts-expect-error: but it should be one
export const value105: TransparentAlone = 1;

// into and from, without help
// @ts-expect-error: but it should be one
export const value106: ConvertedAlone = 50;

// serialize_with, without help
// @ts-expect-error: but it should be one
export const value107: SerializeWithAlone = {"one":"1"};

// skip_serializing, without help
// @ts-expect-error: but it should be one
export const value108: SkipSerializingAlone = {};

// skip_serializing_if, without help
// @ts-expect-error: but it should be one
export const value109: SkipSerializingIfAlone = {};

// rename for writing, without help
// @ts-expect-error: but it should be one
export const value110: RenameOnWritingAlone = {"written":1};

// flatten of a map of other values, without help
// @ts-expect-error: but it should be one
export const value111: FlattenRestAlone = {"one":1};

// a map by a newtype, without help
// @ts-expect-error: but it should be one
export const value112: MapByNewtypeAlone = {"by_number":{"18446744073709551615":1}};
