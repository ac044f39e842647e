// What the window says, in the languages of the settings.

const en = {
	title: 'Settings – Revgate Notes',
	settings: 'Settings',
	subtitle: 'React and Zustand, beside a window in Leptos',
	appearance: 'Appearance',
	behavior: 'Behaviour',
	theme: 'Theme',
	light: 'Light',
	dark: 'Dark',
	system: 'System',
	language: 'Language',
	fontSize: 'Text size',
	pixels: 'px',
	preview: 'The quick brown fox jumps over the lazy dog',
	notificationsEnabled: ['Notifications', 'A short message when a note is saved or deleted'],
	autoSave: ['Save automatically', 'Keep notes safe while you type'],
	sidebarCollapsed: ['Hide the side bar', 'More room for the text'],
	loading: 'Loading…',
	live: 'In sync',
	retrying: 'Retrying…',
	failed: 'Not in sync',
	stopped: 'Stopped',
	revision: 'Revision',
} as const;

/** As in English, with other words. */
type Labels = { readonly [K in keyof typeof en]: (typeof en)[K] extends string ? string : readonly [string, string] };

const de: Labels = {
	title: 'Einstellungen – Revgate Notes',
	settings: 'Einstellungen',
	subtitle: 'React und Zustand, neben einem Fenster in Leptos',
	appearance: 'Aussehen',
	behavior: 'Verhalten',
	theme: 'Farbschema',
	light: 'Hell',
	dark: 'Dunkel',
	system: 'System',
	language: 'Sprache',
	fontSize: 'Textgröße',
	pixels: 'px',
	preview: 'Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich',
	notificationsEnabled: ['Mitteilungen', 'Ein kurzer Hinweis beim Sichern und Löschen'],
	autoSave: ['Automatisch sichern', 'Notizen schon beim Tippen bewahren'],
	sidebarCollapsed: ['Seitenleiste ausblenden', 'Mehr Platz für den Text'],
	loading: 'Wird geladen …',
	live: 'Synchron',
	retrying: 'Neuer Versuch …',
	failed: 'Nicht synchron',
	stopped: 'Angehalten',
	revision: 'Revision',
};

const es: Labels = {
	title: 'Ajustes – Revgate Notes',
	settings: 'Ajustes',
	subtitle: 'React y Zustand, junto a una ventana en Leptos',
	appearance: 'Apariencia',
	behavior: 'Comportamiento',
	theme: 'Tema',
	light: 'Claro',
	dark: 'Oscuro',
	system: 'Sistema',
	language: 'Idioma',
	fontSize: 'Tamaño del texto',
	pixels: 'px',
	preview: 'El veloz murciélago hindú comía feliz cardillo y kiwi',
	notificationsEnabled: ['Notificaciones', 'Un breve aviso al guardar o eliminar una nota'],
	autoSave: ['Guardar automáticamente', 'Conservar las notas mientras escribe'],
	sidebarCollapsed: ['Ocultar la barra lateral', 'Más espacio para el texto'],
	loading: 'Cargando…',
	live: 'Sincronizado',
	retrying: 'Reintentando…',
	failed: 'Sin sincronizar',
	stopped: 'Detenido',
	revision: 'Revisión',
};

const fr: Labels = {
	title: 'Réglages – Revgate Notes',
	settings: 'Réglages',
	subtitle: 'React et Zustand, à côté d’une fenêtre en Leptos',
	appearance: 'Apparence',
	behavior: 'Comportement',
	theme: 'Thème',
	light: 'Clair',
	dark: 'Sombre',
	system: 'Système',
	language: 'Langue',
	fontSize: 'Taille du texte',
	pixels: 'px',
	preview: 'Portez ce vieux whisky au juge blond qui fume',
	notificationsEnabled: ['Notifications', 'Un court message à l’enregistrement et à la suppression'],
	autoSave: ['Enregistrement automatique', 'Conserver les notes pendant la saisie'],
	sidebarCollapsed: ['Masquer la barre latérale', 'Plus de place pour le texte'],
	loading: 'Chargement…',
	live: 'Synchronisé',
	retrying: 'Nouvel essai…',
	failed: 'Non synchronisé',
	stopped: 'Arrêté',
	revision: 'Révision',
};

const ar: Labels = {
	title: 'الإعدادات – Revgate Notes',
	settings: 'الإعدادات',
	subtitle: 'نافذة في React وZustand بجانب نافذة في Leptos',
	appearance: 'المظهر',
	behavior: 'السلوك',
	theme: 'السمة',
	light: 'فاتح',
	dark: 'داكن',
	system: 'النظام',
	language: 'اللغة',
	fontSize: 'حجم النص',
	pixels: 'بكسل',
	preview: 'نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق',
	notificationsEnabled: ['الإشعارات', 'رسالة قصيرة عند حفظ ملاحظة أو حذفها'],
	autoSave: ['الحفظ التلقائي', 'حفظ الملاحظات أثناء الكتابة'],
	sidebarCollapsed: ['إخفاء الشريط الجانبي', 'مساحة أوسع للنص'],
	loading: 'جارٍ التحميل…',
	live: 'متزامن',
	retrying: 'جارٍ إعادة المحاولة…',
	failed: 'غير متزامن',
	stopped: 'متوقف',
	revision: 'المراجعة',
};

/** Each by its own name, in the order in which they are offered. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español', fr: 'Français', ar: 'العربية' } as const;

const LABELS: Record<string, Labels> = { en, de, es, fr, ar };

/** The labels for a BCP 47 tag, by its first part; English for a language that there is none for. */
export function labelsOf(tag: string): Labels {
	const primary = tag.split('-')[0]?.toLowerCase() ?? '';
	return LABELS[primary] ?? en;
}

/** Where the text of these labels runs, as `dir` has it. */
export const directionOf = (labels: Labels): 'ltr' | 'rtl' => (labels === ar ? 'rtl' : 'ltr');
