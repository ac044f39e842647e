// The icons of the Leptos windows, as strokes on a 20 × 20 grid in the colour of the text around.

const PATHS = {
	sliders:
		'M3 6h6.5M14.5 6H17M3 14h2.5M10.5 14H17 M14.5 6a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z M10.5 14a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z',
	light:
		'M13.25 10a3.25 3.25 0 1 1-6.5 0 3.25 3.25 0 0 1 6.5 0z M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.34 4.34l1.06 1.06M14.6 14.6l1.06 1.06M4.34 15.66l1.06-1.06M14.6 5.4l1.06-1.06',
	dark: 'M16.5 11.6A6.75 6.75 0 0 1 8.4 3.5a6.75 6.75 0 1 0 8.1 8.1z',
	system: 'M4 4h12c.55 0 1 .45 1 1v7.5c0 .55-.45 1-1 1H4c-.55 0-1-.45-1-1V5c0-.55.45-1 1-1z M10 13.5v3M6.75 16.5h6.5',
	warning: 'M10 3.5l7 12.5H3z M10 8.25v3.5M10 13.9v.1',
	chevronDown: 'M5.5 8l4.5 4.5L14.5 8',
};

export function Glyph({ icon }: { icon: keyof typeof PATHS }) {
	return (
		<svg className="glyph" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
			<path d={PATHS[icon]} />
		</svg>
	);
}
