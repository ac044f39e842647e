//! A function component of Yew.

use gloo_timers::future::sleep;
use revgate_client::Redrawn;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::harness::ms;
use crate::{Look, Scene};

#[derive(Clone, Properties)]
struct Props {
    scene: Scene,
}

impl PartialEq for Props {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[component]
fn Panel(Props { scene }: &Props) -> Html {
    let look = use_mut_ref(|| Look { is_busy: true, ..Look::default() });
    let update = use_force_update();
    {
        let (scene, look) = (scene.clone(), look.clone());
        use_effect_with((), move |()| {
            let following = scene.follow(Redrawn::new(look, update));
            move || drop(following)
        });
    }
    scene.show(&look.borrow());
    html! { <p>{ format!("{:?}", look.borrow().theme) }</p> }
}

#[wasm_bindgen_test]
async fn a_component_of_yew_follows_a_topic() {
    let scene = Scene::new();
    let document = web_sys::window().and_then(|window| window.document()).expect("a page has one");
    let place = document.create_element("div").expect("an element");
    let props = Props { scene: scene.clone() };
    let app = yew::Renderer::<Panel>::with_root_and_props(place.clone(), props).render();
    scene.play().await;
    assert_eq!(place.inner_html(), "<p>Light</p>");
    app.destroy();
    sleep(ms(10)).await;
    assert!(!scene.is_followed.get(), "its replica ends with it");
}
