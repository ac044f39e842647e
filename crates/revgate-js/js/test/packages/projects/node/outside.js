import { createTopic } from 'revgate';

// Never stopped: that there is nothing to wait for, the topic finds out by itself.
const settings = createTopic('settings', { logger: { debug() {}, warn() {}, error() {} } });
const words = await Promise.all([settings.update(() => ({})), settings.refresh(), settings.ready()].map((it) => it.catch(String)));
console.log(JSON.stringify({ words, status: settings.status() }));
