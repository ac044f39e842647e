use serde_json::{Value, json};

use super::Desktop;
use crate::{
    Error,
    webdriver::{Element, Error as DriverError},
};

/// A radio button or a switch is often an invisible input below a drawn label: a person clicks
/// the label.
const VISIBLE: &str = "const it = document.querySelector(arguments[0]); \
    if (!it) return null; \
    const drawn = ['radio', 'checkbox'].includes(it.type) && it.labels?.[0]; \
    return drawn || it";

/// Where the thumb of a slider is for each of these values.
const TRACK: &str = "const it = document.querySelector(arguments[0]); \
    const [low, high] = [Number(it.min || 0), Number(it.max || 100)]; \
    const box = it.getBoundingClientRect(); \
    const thumb = Math.min(box.height, 16); \
    const along = value => thumb / 2 + (box.width - thumb) * (value - low) / (high - low); \
    const isMirrored = getComputedStyle(it).direction === 'rtl'; \
    const x = value => isMirrored ? box.right - along(value) : box.left + along(value); \
    const way = arguments[1].map(value => Math.round(x(value))); \
    return { way, y: Math.round(box.top + box.height / 2) }";

/// The value of the element that is the script's argument.
const VALUE: &str = "return arguments[0].value";

/// A key that is held while another is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Control.
    Control,
    /// Shift.
    Shift,
}

impl Key {
    /// As WebDriver calls it.
    const fn code(self) -> &'static str {
        match self {
            Self::Control => "\u{E009}",
            Self::Shift => "\u{E008}",
        }
    }
}

impl Desktop {
    /// Clicks the first element that the CSS selector matches, or its label if it is a radio
    /// button or a check box.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if there is none or it is covered by another.
    pub fn click(&mut self, label: &str, css: &str) -> Result<(), Error> {
        self.reach(label)?;
        let found = self.execute(label, VISIBLE, &[json!(css)])?;
        let element = Element::from_reference(&found);
        let element = element.map_or_else(|| self.client.find(css), Ok)?;
        Ok(self.client.click(&element)?)
    }

    /// Focuses an element and types.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if there is none.
    pub fn type_keys(&mut self, label: &str, css: &str, text: &str) -> Result<(), Error> {
        self.reach(label)?;
        let element = self.client.find(css)?;
        Ok(self.client.send_keys(&element, text)?)
    }

    /// Presses a key while others are held, wherever the focus is.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if the window takes no keys.
    pub fn press(&mut self, label: &str, held: &[Key], key: &str) -> Result<(), Error> {
        self.reach(label)?;
        let act = |kind: &str, key: &str| json!({ "type": kind, "value": key });
        let down = held.iter().map(|held| act("keyDown", held.code()));
        let up = held.iter().rev().map(|held| act("keyUp", held.code()));
        let pressed = [act("keyDown", key), act("keyUp", key)];
        let actions: Vec<_> = down.chain(pressed).chain(up).collect();
        let keyboard = json!([{ "type": "key", "id": "keyboard", "actions": actions }]);
        Ok(self.client.perform(&keyboard)?)
    }

    /// Chooses an option of a `<select>` by its value.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if there is no such option.
    pub fn choose(&mut self, label: &str, css: &str, value: &str) -> Result<(), Error> {
        self.reach(label)?;
        let option = self.client.find(&format!("{css} option[value='{value}']"))?;
        Ok(self.client.click(&option)?)
    }

    /// Takes the thumb of a slider and drags it towards a value, in so many moves. A person does
    /// not hit a value to the pixel: the value that the slider ends at is returned.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if there is no such slider.
    pub fn drag(&mut self, label: &str, css: &str, to: i32, moves: u32) -> Result<String, Error> {
        self.reach(label)?;
        let slider = self.client.find(css)?;
        let from = self.client.execute(VALUE, &[slider.reference()])?;
        let from: f64 = from.as_str().and_then(|from| from.parse().ok()).unwrap_or_default();
        let step = (f64::from(to) - from) / f64::from(moves);
        let way: Vec<_> = (1..=moves).map(|moved| from + step * f64::from(moved)).collect();
        self.drag_along(label, css, &way)
    }

    /// Takes the thumb of a slider and drags it to one value after the other, one each 16 ms. The
    /// value that the slider ends at is returned.
    ///
    /// # Errors
    /// [`Error::WebDriver`] if there is no such slider.
    pub fn drag_along(&mut self, label: &str, css: &str, way: &[f64]) -> Result<String, Error> {
        self.reach(label)?;
        // Only an element in view can be dragged.
        let slider = self.client.find(css)?;
        self.client
            .execute("arguments[0].scrollIntoView({ block: 'center' })", &[slider.reference()])?;
        let from = self.client.execute(VALUE, &[slider.reference()])?;
        let way: Vec<_> = [from].into_iter().chain(way.iter().map(|value| json!(value))).collect();
        let track = self.client.execute(TRACK, &[json!(css), json!(way)])?;
        let shape = || {
            let (command, seen) = (format!("drag `{css}`"), track.to_string());
            Error::WebDriver(DriverError::Shape { command, seen })
        };
        let way = track["way"].as_array().ok_or_else(shape)?;
        let move_to = |x: &Value, duration: u32| json!({ "type": "pointerMove", "duration": duration, "x": x, "y": track["y"], "origin": "viewport" });
        let mut actions = vec![move_to(way.first().ok_or_else(shape)?, 0)];
        actions.push(json!({ "type": "pointerDown", "button": 0 }));
        actions.extend(way[1..].iter().map(|x| move_to(x, 16)));
        actions.push(json!({ "type": "pointerUp", "button": 0 }));
        let pointer = json!({ "pointerType": "mouse" });
        self.client.perform(&json!([
            { "type": "pointer", "id": "mouse", "parameters": pointer, "actions": actions }
        ]))?;
        let value = self.client.execute(VALUE, &[slider.reference()])?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }
}
