//! Arabic. Its digits are the European ones, as in much of the Arabic-speaking world and as in the
//! controls of most desktops.

use super::{Labels, Sample};

pub(super) const LABELS: Labels = Labels {
    app_subtitle: "ملاحظات تتبع إعداداتك",
    settings: "الإعدادات",
    settings_subtitle: "كل تغيير يصل إلى جميع النوافذ فورًا",
    settings_title: "الإعدادات – Revgate Notes",

    show_sidebar: "إظهار الشريط الجانبي",
    hide_sidebar: "إخفاء الشريط الجانبي",
    dark_look: "المظهر الداكن",
    open_settings: "فتح الإعدادات",

    notes: "الملاحظات",
    new_note: "ملاحظة جديدة",
    untitled: "بلا عنوان",
    no_text: "لا نص بعد",
    no_notes: "لا توجد ملاحظات بعد",
    no_notes_hint: "الصفحة البيضاء بداية جيدة.",
    note_title: "العنوان",
    note_body: "النص",
    write_here: "اكتب شيئًا…",
    words: |count| counted(count, ["لا كلمات", "كلمة واحدة", "كلمتان", "كلمات", "كلمة", "كلمة"]),
    characters: |count| counted(count, ["لا أحرف", "حرف واحد", "حرفان", "أحرف", "حرفًا", "حرف"]),

    save: "حفظ",
    saved: "تم الحفظ",
    saving: "جارٍ الحفظ…",
    unsaved: "تغييرات غير محفوظة",
    delete_note: "حذف الملاحظة",
    delete_question: |title| format!("أتريد حذف «{title}»؟"),
    delete_warning: "ستُحذف الملاحظة نهائيًا.",
    delete: "حذف",
    cancel: "إلغاء",
    dismiss: "إغلاق",
    notes_saved: "حُفظت الملاحظات",
    note_deleted: |title| format!("حُذفت «{title}»"),

    save_failed: "تعذّر حفظ الملاحظات. لا تزال هنا: أبقِ هذه النافذة مفتوحة.",
    load_failed: "تعذّرت قراءة الملاحظات المحفوظة. نُحّيت جانبًا ولم يُحذف منها شيء.",
    open_settings_failed: "تعذّر فتح نافذة الإعدادات.",

    undo: "تراجع",
    redo: "إعادة",

    editor_open: "الملاحظات مفتوحة",
    editor_closed: "الملاحظات مغلقة",
    at_note: |note| format!("قراءة «{note}»"),
    at_title: |note| format!("تسمية «{note}»"),
    at_body: |note| format!("الكتابة في «{note}»"),

    appearance: "المظهر",
    behavior: "السلوك",
    theme: "السمة",
    light: "فاتح",
    dark: "داكن",
    system: "النظام",
    language: "اللغة",
    font_size: "حجم النص",
    pixels: |count| format!("{count} بكسل"),
    preview: "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر ومغلف بجلد أزرق",
    notifications: "الإشعارات",
    notifications_hint: "رسالة قصيرة عند حفظ ملاحظة أو حذفها",
    auto_save: "الحفظ التلقائي",
    auto_save_hint: "حفظ الملاحظات أثناء الكتابة",
    collapse_sidebar: "إخفاء الشريط الجانبي",
    collapse_sidebar_hint: "مساحة أوسع للنص",

    loading: "جارٍ التحميل…",
    live: "متزامن",
    retrying: "جارٍ إعادة المحاولة…",
    stopped: "متوقف",
    offline: "غير متصل",
    waiting: "ثمة تغييرات قيد الانتظار",
    apart: "غير متزامن",
    revision: "المراجعة",
    no_backend: "هذا متصفح عادي بلا خلفية برمجية، لذا تبقى الإعدادات على قيمها الافتراضية.",

    samples: [
        Sample {
            title: "أهلًا بك",
            body: "تتشارك هذه النافذة ونافذة الإعدادات حالة واحدة تملكها Rust.\n\n\
                   جرّب: افتح الإعدادات، واسحب حجم النص، وشاهد هذه السطور تكبر. غيّر المظهر واللغة والشريط \
                   الجانبي. كل ما تغيّره هناك يتغيّر هنا فورًا، والعكس صحيح.\n\n\
                   يبيّن الركن السفلي مدى حداثة حالة هذه النافذة: كل تغيير يزيد رقم مراجعتها واحدًا.",
        },
        Sample {
            title: "ثلاثة أيام في الجبال",
            body: "القطار الساعة 7:12، الرصيف 4، مقعدان بجانب النافذة.\n\n\
                   للحقيبة\n\
                   – سترة المطر، حتى لو ضحكت النشرة الجوية\n\
                   – الموقد الصغير وولّاعتان\n\
                   – خريطة من ورق\n\
                   – كتاب واحد لا أكثر\n\n\
                   الليلة الأولى في الكوخ عند البحيرة. نسأل عن الغرفة التي تحت السقف.",
        },
        Sample {
            title: "خبز ليوم الأحد",
            body: "500 غ دقيق\n350 غ ماء\n100 غ خميرة بلدية\n10 غ ملح\n\n\
                   يُخلط مساءً، ويُطوى ثلاث مرات، ويُترك ليرتاح في البرد. يُخبز على حرارة عالية مع البخار، \
                   ثم عشرين دقيقة من دونه. ثم ننتظر حتى يبرد. (لم ينجح في ذلك أحد.)",
        },
    ],
};

/// The six forms of an Arabic noun that is counted. The first three need no digits; the other three
/// go by the last two: 3 to 10, 11 to 99, and whole hundreds with one or two more.
fn counted(count: usize, [zero, one, two, few, many, other]: [&str; 6]) -> String {
    match (count, count % 100) {
        (0, _) => zero.to_owned(),
        (1, _) => one.to_owned(),
        (2, _) => two.to_owned(),
        (_, 3..=10) => format!("{count} {few}"),
        (_, 11..) => format!("{count} {many}"),
        _ => format!("{count} {other}"),
    }
}
