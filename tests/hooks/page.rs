//! A backend of one topic, played by the page.

use js_sys::eval;

/// Puts a backend of the topic into the page, at revision 1. What it can be told, see `tell`:
///
/// - `set(state)`: it has this state from now on, and announces it.
/// - `hold()`, `release()`: what is asked of it waits meanwhile.
/// - `refuse(path, reason)`: the next write is refused for that.
/// - `mayWrite = false`, or `denied = true`, as Tauri itself does: the window may not write.
///
/// It counts what it is asked: `writes`, `snapshots`, `subscriptions`, and the `most` writes that were under
/// way at once.
pub(super) fn install(topic: &str, state: &str) {
    let script = format!(
        r#"globalThis.backend = {{
            state: {state}, revision: 1, listeners: new Map(), refusal: null, gate: null,
            mayWrite: true, denied: false,
            writes: 0, snapshots: 0, subscriptions: 0, writing: 0, most: 0,
            snapshot() {{ return {{ revision: String(this.revision), data: this.state }} }},
            set(state) {{
                this.state = state;
                this.revision += 1;
                const message = JSON.stringify({{ topic: '{topic}', ...this.snapshot() }});
                this.listeners.forEach(listener => listener({{ index: 0, message }}));
            }},
            hold() {{ const it = this.gate = {{}}; it.open = new Promise(open => it.release = open); }},
            release() {{ this.gate.release(); this.gate = null; }},
            refuse(path, reason) {{ this.refusal = JSON.stringify({{ kind: 'invalid', path, reason }}); }},
            made({{ data, patch }}) {{
                if (data) return JSON.parse(data);
                const whole = {{ state: structuredClone(this.state) }};
                for (const {{ op, path, value }} of JSON.parse(patch)) {{
                    const [last, ...steps] = ('state' + path).split('/').reverse();
                    const at = steps.reduceRight((it, step) => it[step], whole);
                    if (Array.isArray(at) && op !== 'replace')
                        at.splice(Number(last), op === 'remove' ? 1 : 0, ...(op === 'add' ? [value] : []));
                    else if (op === 'remove') delete at[last];
                    else at[last] = value;
                }}
                return whole.state;
            }},
            async write(args) {{
                this.writes += 1;
                this.writing += 1;
                this.most = Math.max(this.most, this.writing);
                await this.gate?.open;
                this.writing -= 1;
                const refusal = this.refusal;
                if (refusal) {{ this.refusal = null; throw refusal; }}
                if (args.base.revision !== String(this.revision))
                    throw JSON.stringify({{ kind: 'conflict', ...this.snapshot() }});
                this.set(this.made(args));
                return this.snapshot();
            }},
        }};
        globalThis.__TAURI_INTERNALS__ = {{
            callbacks: new Map(), last: 0,
            metadata: {{ currentWindow: {{ label: 'main' }} }},
            transformCallback(callback) {{ this.callbacks.set(++this.last, callback); return this.last; }},
            unregisterCallback(id) {{ this.callbacks.delete(id); }},
            async invoke(command, args) {{
                const answer = value => new TextEncoder().encode(JSON.stringify(value)).buffer;
                switch (command.split('|')[1]) {{
                    case 'subscribe': {{
                        const id = Number(args.news.split(':')[1]);
                        backend.subscriptions += 1;
                        backend.listeners.set(id, this.callbacks.get(id));
                        return id;
                    }}
                    case 'unsubscribe': return backend.listeners.delete(args.subscription);
                    case 'snapshot':
                        backend.snapshots += 1;
                        await backend.gate?.open;
                        return answer(backend.snapshot());
                    case 'replace':
                    case 'patch': return answer(await backend.write(args));
                    case 'can_write':
                        if (backend.denied) throw 'revgate.can_write not allowed on window "main"';
                        return backend.mayWrite;
                    default: throw 'unexpected: ' + command;
                }}
            }},
        }};"#
    );
    eval(&script).expect("the page takes the backend");
}

/// What an expression about the backend comes to, as JSON.
pub(super) fn backend(expression: &str) -> String {
    let value = eval(&format!("JSON.stringify(globalThis.backend.{expression})"));
    value.expect(expression).as_string().unwrap_or_default()
}

/// Tells the backend something.
pub(super) fn tell(what: &str) {
    eval(&format!("globalThis.backend.{what}")).expect(what);
}
