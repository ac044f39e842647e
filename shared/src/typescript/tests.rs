use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::*;

/// A module without what is the same in all of them.
fn module(declarations: &Declarations) -> String {
    let module = declarations.to_module().expect("the names are apart");
    module.strip_prefix(NOTE).expect("it says where it is from").to_owned()
}

mod here {
    #[derive(ts_rs::TS)]
    #[expect(dead_code, reason = "only its shape matters")]
    pub(super) struct Item {
        name: String,
    }
}

mod there {
    #[derive(ts_rs::TS)]
    #[expect(dead_code, reason = "only its shape matters")]
    pub(super) struct Item {
        size: u32,
    }
}

/// What `a */ b` does, and [`more`]:
///
/// ```
/// let rust = true;
/// ```
///
/// - nothing
#[derive(Clone, Default, Serialize, Deserialize, TS)]
struct Documented {
    /// It would end the comment: */
    short: u8,
    ids: Vec<(String, i64)>,
    #[ts(rename = "{;}")]
    plain: Option<Inner>,
}

#[derive(Clone, Default, Serialize, Deserialize, TS)]
struct Inner {
    one_rather_long_name: u8,
    another_rather_long_name: u8,
    a_third_rather_long_name: [u8; 2],
    and_a_fourth: u8,
}

#[derive(TS)]
#[expect(dead_code, reason = "only its shape matters")]
enum Shape {
    Point,
    Circle { radius: f64 },
    Huge { number: u128, more: Box<Shape> },
}

#[derive(Clone, Default, Serialize, Deserialize, TS)]
struct Page<T> {
    items: Vec<T>,
}

impl Topic for Documented {
    const NAME: &'static str = "documented/it:is";
}

impl Topic for Page<Inner> {
    const NAME: &'static str = "page";
}

#[test]
fn a_field_with_something_to_say_has_a_line_and_the_comment_of_rust() {
    assert_eq!(
        module(&Declarations::new().with::<Documented>().with::<Shape>()),
        "
/**
 * An integer that can exceed 2^53, up to which a number is exact. `revgate` rounds none: one that
 * exceeds it is refused by its place, unless the option `bigints` of `createTopic` lists that.
 */
export type LargeInteger = number;

/**
 * What `a *\\/ b` does, and `more`:
 *
 * - nothing
 */
export type Documented = {
	/** It would end the comment: *\\/ */
	short: number;
	/** Can exceed 2^53: see {@link LargeInteger}. */
	ids: Array<[string, LargeInteger]>;
	\"{;}\": Inner | null;
};

export type Inner = {
	one_rather_long_name: number;
	another_rather_long_name: number;
	a_third_rather_long_name: [number, number];
	and_a_fourth: number;
};

export type Shape =
	| \"Point\"
	| { \"Circle\": { radius: number } }
	| {
		\"Huge\": {
			/** Can exceed 2^53: see {@link LargeInteger}. */
			number: LargeInteger;
			more: Shape;
		};
	};
"
    );
}

#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
enum PageAction {
    Clear,
    Keep { at: u64 },
}

impl Action for PageAction {
    type Topic = Page<Inner>;
    type Error = String;

    fn name(&self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Keep { .. } => "keep",
        }
    }

    fn apply(&self, _: &mut Page<Inner>, _: &crate::action::Context) -> Result<(), String> {
        Ok(())
    }
}

#[test]
fn actions_are_typed_by_the_names_of_their_topics() {
    let declarations = Declarations::new().family::<Page<Inner>>();
    let module = module(&declarations.family_actions::<PageAction>().actions::<PageAction>());
    let actions = "
declare module 'revgate' {
	interface Topics {
		[name: `page:${string}`]: Page<Inner>;
	}
	interface Actions {
		[name: `page:${string}`]: PageAction;
		page: PageAction;
	}
}
";
    assert!(module.ends_with(actions), "{module}");
    assert!(module.contains("at: LargeInteger;"), "{module}");
}

#[test]
fn topics_and_families_are_typed_by_their_names() {
    let declarations = Declarations::new().family::<Page<Inner>>().topic::<Documented>();
    let module = module(&declarations);
    let topics = "
declare module 'revgate' {
	interface Topics {
		'documented/it:is': Documented;
		[name: `page:${string}`]: Page<Inner>;
	}
}
";
    assert!(module.ends_with(topics), "{module}");
    for declaration in ["export type Page<T> = { items: Array<T> };", "export type Inner = {"] {
        assert_eq!(module.matches(declaration).count(), 1, "{module}");
    }
}

#[test]
fn the_order_in_which_types_are_added_does_not_matter() {
    let one = Declarations::new().with::<Shape>().with::<Inner>().topic::<Page<Inner>>();
    let other = Declarations::new().topic::<Page<Inner>>().with::<Inner>().with::<Shape>();
    assert_eq!(one.to_module(), other.to_module());
}

#[test]
fn two_types_of_one_name_are_refused_by_their_paths() {
    let declarations = Declarations::new().with::<here::Item>().with::<there::Item>();
    let fault = declarations.to_module().expect_err("they are not the same");
    assert_eq!(fault.name, "Item");
    assert!(fault.first.ends_with("here::Item") && fault.second.ends_with("there::Item"));
    let text = fault.to_string();
    assert!(text.contains("#[ts(rename"), "{text}");
}
