// The controls. Each shows what the store holds, so a change from another window moves it, and
// changes the topic, which shows in the store at once.

import { type CSSProperties, useEffect, useState } from 'react';

import { Glyph } from './icons';
import { LANGUAGES, labelsOf } from './labels';
import { settings, useSettings } from './settings';

const THEMES = ['light', 'dark', 'system'] as const;
/** In CSS pixels: what Rust allows. */
const FONT_SIZE = { min: 8, max: 72 };

export const useLabels = () => labelsOf(useSettings(({ language }) => language));

export function ThemePicker() {
	const labels = useLabels();
	const current = useSettings(({ theme }) => theme);
	return (
		<fieldset className="row theme-picker">
			<legend>{labels.theme}</legend>
			<div className="segments">
				{THEMES.map((theme) => (
					<label key={theme} className="segment">
						<input
							type="radio"
							name="theme"
							value={theme}
							checked={current === theme}
							onChange={() => settings.update((draft) => void (draft.theme = theme))}
						/>
						<span className="segment-face">
							<Glyph icon={theme} />
							<span>{labels[theme]}</span>
						</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}

export function LanguageSelect() {
	const labels = useLabels();
	const current = useSettings(({ language }) => language);
	return (
		<div className="row">
			<label htmlFor="language">{labels.language}</label>
			<div className="select">
				<select
					id="language"
					name="language"
					value={current}
					onChange={({ target: { value } }) => settings.update((draft) => void (draft.language = value))}
				>
					{Object.entries(LANGUAGES).map(([tag, name]) => (
						<option key={tag} value={tag} lang={tag}>
							{name}
						</option>
					))}
					{/* Set by another program or version: the control never shows what is not so. */}
					{!(current in LANGUAGES) && <option value={current}>{current}</option>}
				</select>
				<Glyph icon="chevronDown" />
			</div>
		</div>
	);
}

export function FontSizeSlider() {
	const labels = useLabels();
	const shared = useSettings(({ fontSize }) => fontSize);
	const [held, setHeld] = useHeldValue();
	const shown = held ?? shared;
	const { min, max } = FONT_SIZE;
	const ratio = (Math.min(Math.max(shown, min), max) - min) / (max - min);
	const slide = (size: number): void => {
		setHeld((held) => held && size);
		settings.update((draft) => void (draft.fontSize = size));
	};
	return (
		<div className="row row-wide">
			<label htmlFor="font-size">{labels.fontSize}</label>
			<output htmlFor="font-size" className="font-size-number">
				{shown} {labels.pixels}
			</output>
			<input
				id="font-size"
				className="slider"
				type="range"
				name="fontSize"
				min={min}
				max={max}
				step="1"
				aria-valuetext={`${shown} ${labels.pixels}`}
				style={{ '--ratio': ratio } as CSSProperties}
				value={shown}
				onPointerDown={() => setHeld(shared)}
				onChange={({ target }) => slide(target.valueAsNumber)}
			/>
			<p className="font-size-preview" aria-hidden="true">
				<span>{labels.preview}</span>
			</p>
		</div>
	);
}

/**
 * The value under a finger or mouse button that is down on the slider: until it is let go, news
 * from elsewhere must not move the slider away from under it.
 */
function useHeldValue() {
	const [held, setHeld] = useState<number>();
	useEffect(() => {
		const release = (): void => setHeld(undefined);
		// On the window: the button may be let go anywhere.
		const ends = ['pointerup', 'pointercancel', 'change', 'blur'];
		for (const end of ends) addEventListener(end, release);
		return () => ends.forEach((end) => removeEventListener(end, release));
	}, []);
	return [held, setHeld] as const;
}

export function Switch({ flag }: { flag: 'notificationsEnabled' | 'autoSave' | 'sidebarCollapsed' }) {
	const [label, hint] = useLabels()[flag];
	const isOn = useSettings((settings) => settings[flag]);
	return (
		<div className="row">
			<div className="row-text">
				<label htmlFor={flag}>{label}</label>
				<p id={`${flag}-hint`}>{hint}</p>
			</div>
			<input
				id={flag}
				className="switch"
				type="checkbox"
				role="switch"
				name={flag}
				aria-describedby={`${flag}-hint`}
				checked={isOn}
				onChange={({ target: { checked } }) => settings.update((draft) => void (draft[flag] = checked))}
			/>
		</div>
	);
}
