//! A signal of Dioxus.

use std::rc::Rc;

use dioxus_core::{Element, NoOpMutations, VNode, VirtualDom, consume_context, use_hook};
use dioxus_signals::{ReadableExt, Signal};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{Look, Scene};

fn panel() -> Element {
    let scene = use_hook(consume_context::<Scene>);
    let look = use_hook(|| Signal::new(Look { is_busy: true, ..Look::default() }));
    use_hook(|| Rc::new(scene.follow(look)));
    scene.show(&look.read());
    VNode::empty()
}

#[wasm_bindgen_test]
async fn a_signal_of_dioxus_follows_a_topic() {
    let scene = Scene::new();
    let mut dom = VirtualDom::new(panel).with_root_context(scene.clone());
    dom.rebuild_in_place();
    let (end, ended) = futures_channel::oneshot::channel::<()>();
    spawn_local(async move {
        let drawing = async {
            loop {
                dom.wait_for_work().await;
                dom.render_immediate(&mut NoOpMutations);
            }
        };
        futures_util::future::select(std::pin::pin!(drawing), ended).await;
    });
    scene.play().await;
    drop(end);
    scene.until(|| !scene.is_followed.get()).await;
}
