//! A refused write goes back, and says why next to its control.

use serde_json::json;
use xtask::webdriver::keys::END;

use crate::accessibility::Inspection;
use crate::browser::SETTINGS;

/// Values that the controls do not offer, as another program's page could.
const OFFER: &str = "document.querySelector('#font-size').max = 100;
    const select = document.querySelector('#language');
    select.append(new Option('Nowhere', 'e n'));
    document.querySelector('#font-size').focus()";

/// What is said in the same row as the control, and how far above or below it.
const SAID: &str = "const [css] = arguments;
    const control = document.querySelector(css);
    const said = control.closest('.row').querySelector('[role=alert]');
    const [box, other] = [control, said].map(it => it.getBoundingClientRect());
    const apart = Math.max(other.top - box.bottom, box.top - other.bottom);
    const { left, right } = control.closest('.row').getBoundingClientRect();
    const isWithin = other.left >= left && other.right <= right && other.height > 0;
    return { text: said.textContent, value: control.value, isNear: apart < 24, isWithin }";

#[test]
fn a_refused_write_goes_back_and_says_why_next_to_its_control() {
    let mut inspection = Inspection::begin();
    for (language, theme, zoom) in
        [("en", "light", 100), ("ar", "dark", 100), ("en", "dark", 200), ("ar", "light", 200)]
    {
        let windows = &mut inspection.windows;
        windows.choose_language(language);
        windows.choose_theme(theme);
        windows.zoom(zoom);
        windows.run(SETTINGS, OFFER, &[]);
        windows.press(SETTINGS, &[END]);
        windows.desktop.choose(SETTINGS, "#language", "e n").expect("it is offered");
        windows.settle(&[("language", language), ("fontSize", "14")]);
        for (control, reason, value) in [
            ("#font-size", "100 is not within 8 to 72", "14"),
            ("#language", "`e n` is not a BCP 47 language tag", language),
        ] {
            let seen = windows.run(SETTINGS, SAID, &[json!(control)]);
            let text = seen["text"].as_str().unwrap_or_default();
            assert!(text.contains(reason), "{control}, {language}, {theme}: {seen}");
            assert_eq!(seen["value"], value, "{seen}");
            assert_eq!([&seen["isNear"], &seen["isWithin"]], [&json!(true); 2], "{seen}");
        }
        inspection.look(SETTINGS, &format!("refused-{theme}-{language}-{zoom}"));
        // What is set well takes the word back.
        inspection.windows.desktop.reload(SETTINGS).expect("it reloads");
        inspection.windows.settle(&[]);
        inspection.windows.load_fonts();
    }
    inspection.end();
}
