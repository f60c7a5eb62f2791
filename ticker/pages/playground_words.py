"""The words of the playground in each language that the pages speak."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PlaygroundWords:
    """What the playground says in one language, beside the words of all pages."""

    title: str
    about: str
    preview: str
    choices: str
    edition: str
    display: str
    crawl: str
    rotate: str
    list: str
    topics_hint: str
    max: str
    speed: str
    width: str
    full_width: str
    own_words: str  # the language of the ticker's own words
    as_edition: str
    announce: str
    announce_flash: str
    announce_all: str
    announce_off: str
    colours: str
    own_colours: str
    signal: str
    on_signal: str
    ground: str
    ink: str
    contrast: str  # {ratio}
    low_contrast: str  # {ratio}
    start_over: str
    snippets: str
    pinned: str
    newest: str
    style: str
    policy: str
    frame: str
    no_script: str


ENGLISH: Final = PlaygroundWords(
    title="Playground",
    about="Choose how the ticker is to be, see it live, and copy what your page needs.",
    preview="Preview",
    choices="Choices",
    edition="Edition",
    display="Display",
    crawl="Crawl",
    rotate="One line at a time",
    list="List",
    topics_hint="none chosen: all lines",
    max="Lines at most",
    speed="Speed",
    width="Width",
    full_width="all there is",
    own_words="Language of the ticker’s own words",
    as_edition="That of the edition",
    announce="Read out by screen readers",
    announce_flash="Flashes, and how many others",
    announce_all="Every line",
    announce_off="Nothing",
    colours="Colours",
    own_colours="Other colours",
    signal="Label",
    on_signal="Text on the label",
    ground="Ground",
    ink="Text",
    contrast="Contrast {ratio}:1",
    low_contrast="Contrast {ratio}:1. Too low: text needs 4.5:1.",
    start_over="Start over",
    snippets="For your page",
    pinned="Pinned: these bytes and no others",
    newest="Always the newest version",
    style="For the style sheet",
    policy="For a content security policy",
    frame="As a frame, without a script",
    no_script="This page needs JavaScript.",
)

ARABIC: Final = PlaygroundWords(
    title="ساحة التجربة",
    about="اختر كيف يكون الشريط وشاهده مباشرةً، ثم انسخ ما تحتاج إليه صفحتك.",
    preview="معاينة",
    choices="الخيارات",
    edition="النسخة",
    display="طريقة العرض",
    crawl="شريط متحرك",
    rotate="خبر واحد في كل مرة",
    list="قائمة",
    topics_hint="من دون اختيار: كل الأخبار",
    max="الحد الأقصى لعدد الأخبار",
    speed="السرعة",
    width="العرض",
    full_width="كامل المساحة",
    own_words="لغة كلمات الشريط نفسه",
    as_edition="لغة النسخة",
    announce="ما تنطق به قارئات الشاشة",
    announce_flash="العاجل جدًا، وعدد ما سواه",
    announce_all="كل خبر",
    announce_off="لا شيء",
    colours="الألوان",
    own_colours="ألوان أخرى",
    signal="الوسم",
    on_signal="نص الوسم",
    ground="الخلفية",
    ink="النص",
    contrast="التباين {ratio}:1",
    low_contrast="التباين {ratio}:1 وهو منخفض: يحتاج النص إلى 4.5:1.",
    start_over="البدء من جديد",
    snippets="لصفحتك",
    pinned="مثبّت: هذا الإصدار بعينه",
    newest="أحدث إصدار دائمًا",
    style="لورقة الأنماط",
    policy="لسياسة أمان المحتوى",
    frame="في إطار، من دون سكربت",
    no_script="تحتاج هذه الصفحة إلى جافاسكربت.",
)

SPANISH: Final = PlaygroundWords(
    title="Zona de pruebas",
    about="Elija cómo debe ser la cinta, véala en directo y copie lo que su página necesita.",
    preview="Vista previa",
    choices="Opciones",
    edition="Edición",
    display="Presentación",
    crawl="Cinta en movimiento",
    rotate="Una noticia cada vez",
    list="Lista",
    topics_hint="sin elegir: todas las noticias",
    max="Noticias como máximo",
    speed="Velocidad",
    width="Anchura",
    full_width="toda la disponible",
    own_words="Idioma de las palabras propias de la cinta",
    as_edition="El de la edición",
    announce="Lo que dicen los lectores de pantalla",
    announce_flash="Las alertas, y cuántas noticias más",
    announce_all="Todas las noticias",
    announce_off="Nada",
    colours="Colores",
    own_colours="Otros colores",
    signal="Etiqueta",
    on_signal="Texto de la etiqueta",
    ground="Fondo",
    ink="Texto",
    contrast="Contraste {ratio}:1",
    low_contrast="Contraste {ratio}:1. Insuficiente: el texto necesita 4,5:1.",
    start_over="Empezar de nuevo",
    snippets="Para su página",
    pinned="Fijada: estos bytes y no otros",
    newest="Siempre la versión más reciente",
    style="Para la hoja de estilos",
    policy="Para una política de seguridad de contenido",
    frame="En un marco, sin script",
    no_script="Esta página necesita JavaScript.",
)

FRENCH: Final = PlaygroundWords(
    title="Atelier",
    about="Choisissez comment doit être le bandeau, voyez-le en direct et copiez ce qu’il faut à votre page.",
    preview="Aperçu",
    choices="Choix",
    edition="Édition",
    display="Affichage",
    crawl="Défilement",
    rotate="Une nouvelle à la fois",
    list="Liste",
    topics_hint="sans choix\u00a0: toutes les nouvelles",
    max="Nouvelles au plus",
    speed="Vitesse",
    width="Largeur",
    full_width="toute la place",
    own_words="Langue des mots du bandeau lui-même",
    as_edition="Celle de l’édition",
    announce="Dit par les lecteurs d’écran",
    announce_flash="Les flashs, et combien d’autres",
    announce_all="Toutes les nouvelles",
    announce_off="Rien",
    colours="Couleurs",
    own_colours="D’autres couleurs",
    signal="Étiquette",
    on_signal="Texte de l’étiquette",
    ground="Fond",
    ink="Texte",
    contrast="Contraste {ratio}:1",
    low_contrast="Contraste {ratio}:1. Trop faible\u00a0: le texte demande 4,5:1.",
    start_over="Recommencer",
    snippets="Pour votre page",
    pinned="Figée\u00a0: ces octets et pas d’autres",
    newest="Toujours la dernière version",
    style="Pour la feuille de style",
    policy="Pour une politique de sécurité du contenu",
    frame="Dans un cadre, sans script",
    no_script="Cette page a besoin de JavaScript.",
)

PLAYGROUND_WORDS: Final = {"en": ENGLISH, "ar": ARABIC, "es": SPANISH, "fr": FRENCH}
"""By the language of `Words`."""
