//! A signal of Sycamore.

use sycamore_reactive::{create_effect, create_root, create_signal, on_cleanup};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{Look, Scene};

#[wasm_bindgen_test]
async fn a_signal_of_sycamore_follows_a_topic() {
    let scene = Scene::new();
    let inner = scene.clone();
    let root = create_root(move || {
        let look = create_signal(Look { is_busy: true, ..Look::default() });
        let shown = inner.clone();
        create_effect(move || look.with(|look| shown.show(look)));
        let following = inner.follow(look);
        on_cleanup(move || drop(following));
    });
    scene.play().await;
    root.dispose();
    assert!(!scene.is_followed.get(), "its replica ends with it");
}
