"""The words of the pages in each language they speak: one small table, English for every other language.

The browser gets `for_script()` of the same words, so that a line which arrives later reads as if it had been there.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ticker.model.line import Urgency


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages say in one language."""

    language: str
    about: str  # what ticker is, in one sentence
    skip: str
    editions: str
    desk: str
    live: str
    offline_since: str  # {time}
    stopped: str  # the server said not to come back
    no_script: str
    new_lines: dict[str, str]  # by plural category (Unicode CLDR): {n}
    pinned: str
    flash: str
    urgent: str
    corrected: str
    colon: str  # between the source and the text, with its spaces
    article: str
    empty: str
    feeds: str
    all_lines: str
    embed: str
    embed_how: str
    copy: str
    copied: str
    press_copy: str
    share: str
    copy_link: str
    copy_frame: str
    published: str
    updated: str
    topics: str
    remove_filter: str  # {topic}
    comma: str
    withdrawn: str
    withdrawn_why: str
    no_line: str
    no_line_why: str
    no_topic: str
    no_topic_why: str
    no_channel: str
    no_channel_why: str
    not_found: str
    not_found_why: str
    not_yet: str
    not_yet_why: str
    weekdays: tuple[str, ...]  # Monday first
    months: tuple[str, ...]
    short_months: tuple[str, ...]  # for a narrow column
    day: str  # {weekday} {day} {month} {year}
    short_day: str  # {day} {month}
    moment: str  # a day and a time: {day}, {time}

    def urgency(self, urgency: Urgency) -> str | None:
        """Give the word of an urgency that is said in one: flash and urgent."""
        return {Urgency.FLASH: self.flash, Urgency.URGENT: self.urgent}.get(urgency)

    def clock(self, at: datetime) -> str:
        """Give the time of day in UTC, as `14:02 UTC`."""
        return f"{at:%H:%M} UTC"

    def full_day(self, at: datetime) -> str:
        """Give the day in UTC, as `Tuesday 24 November 2026`."""
        weekday, month = self.weekdays[at.weekday()], self.months[at.month - 1]
        return self.day.format(weekday=weekday, day=at.day, month=month, year=at.year)

    def day_and_clock(self, at: datetime) -> str:
        """Give day, month and time of day in UTC, as `24 November, 14:02 UTC`."""
        day = self.short_day.format(day=at.day, month=self.months[at.month - 1])
        return self.moment.format(day=day, time=self.clock(at))

    def dated(self, at: datetime) -> str:
        """Give day and time of day in UTC for a narrow column, as `24 Nov 14:02 UTC`; it breaks between the two."""
        return f"{at.day}\u00a0{self.short_months[at.month - 1]} {self.clock(at)}"

    def full(self, at: datetime) -> str:
        """Give the whole day and the time of day in UTC."""
        return self.moment.format(day=self.full_day(at), time=self.clock(at))

    def for_script(self) -> dict[str, Any]:
        """Give what live.js says itself: states, counts, days."""
        names = ("language", "live", "offline_since", "stopped", "new_lines", "pinned", "weekdays", "months", "short_months")
        return {name: getattr(self, name) for name in (*names, "day", "short_day", "moment")}


ENGLISH: Final = Words(
    language="en",
    about="Breaking news, one line at a time: posted once, live here, on every page that embeds it and in every feed reader.",
    skip="Skip to the lines",
    editions="Editions",
    desk="Desk",
    live="Live",
    offline_since="Not live since {time}",
    stopped="No longer live. Reload the page for the newest lines.",
    no_script="Without JavaScript this page does not update itself. Reload it for the newest lines.",
    new_lines={"one": "{n} new line", "other": "{n} new lines"},
    pinned="Pinned",
    flash="Flash",
    urgent="Urgent",
    corrected="Corrected",
    colon=": ",
    article="Full story",
    empty="No lines yet. The next one will stand here.",
    feeds="Feeds",
    all_lines="All lines",
    embed="Embed",
    embed_how="Put these two lines where the ticker shall stand.",
    copy="Copy",
    copied="Copied",
    press_copy="Press Ctrl+C",
    share="Share",
    copy_link="Copy link",
    copy_frame="Copy embed code",
    published="Published",
    updated="Updated",
    topics="Topics",
    remove_filter="Remove filter: {topic}",
    comma=", ",
    withdrawn="This line was withdrawn",
    withdrawn_why="The newsroom has taken it back. Its text is no longer available.",
    no_line="No such line",
    no_line_why="This edition has no line at this address: it may have expired, or is kept no longer.",
    no_topic="No such topic",
    no_topic_why="The topic in this address cannot be one: a topic is written in small letters (a-z), digits and hyphens.",
    no_channel="No such edition",
    no_channel_why="There is no edition of this name here.",
    not_found="Nothing found",
    not_found_why="There is nothing at this address.",
    not_yet="Not ready yet",
    not_yet_why="The lines are still being read. Try again in a moment.",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    short_months=(
        *("Jan", "Feb", "Mar", "Apr", "May", "June"),
        *("July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    ),
    day="{weekday} {day} {month} {year}",
    short_day="{day} {month}",
    moment="{day}, {time}",
)

_ARABIC_MONTHS: Final = (
    *("يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو"),
    *("يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"),
)
"""Arabic does not shorten them."""

ARABIC: Final = Words(
    language="ar",
    about="الأخبار العاجلة سطرًا بسطر: تُنشر مرة واحدة فتظهر مباشرةً هنا وفي كل صفحة تضمّنها وفي كل قارئ خلاصات.",
    skip="انتقل إلى الأخبار",
    editions="النسخ",
    desk="مكتب التحرير",
    live="مباشر",
    offline_since="انقطع التحديث منذ {time}",
    stopped="توقف التحديث المباشر. أعد تحميل الصفحة لقراءة أحدث الأخبار.",
    no_script="لا تتحدّث هذه الصفحة تلقائيًا من دون جافاسكربت. أعد تحميلها لقراءة أحدث الأخبار.",
    new_lines={
        "zero": "لا أخبار جديدة",
        "one": "خبر جديد",
        "two": "خبران جديدان",
        "few": "{n} أخبار جديدة",
        "many": "{n} خبرًا جديدًا",
        "other": "{n} خبر جديد",
    },
    pinned="مثبّت",
    flash="عاجل جدًا",
    urgent="عاجل",
    corrected="تصحيح",
    colon=": ",
    article="الخبر كاملًا",
    empty="لا أخبار بعد. سيظهر الخبر التالي هنا.",
    feeds="الخلاصات",
    all_lines="كل الأخبار",
    embed="التضمين",
    embed_how="ضع هذين السطرين حيث تريد أن يظهر الشريط.",
    copy="نسخ",
    copied="تم النسخ",
    press_copy="اضغط Ctrl+C",
    share="مشاركة",
    copy_link="نسخ الرابط",
    copy_frame="نسخ رمز التضمين",
    published="نُشر",
    updated="حُدّث",
    topics="المواضيع",
    remove_filter="إزالة التصفية: {topic}",
    comma="، ",
    withdrawn="سُحب هذا الخبر",
    withdrawn_why="سحبت غرفة الأخبار هذا الخبر، ولم يعد نصّه متاحًا.",
    no_line="لا يوجد خبر هنا",
    no_line_why="لا خبر في هذه النسخة تحت هذا العنوان: ربما انتهت مدة عرضه أو لم يعد محفوظًا.",
    no_topic="لا يوجد موضوع بهذا الاسم",
    no_topic_why="اسم الموضوع في هذا العنوان غير صالح: يُكتب بحروف لاتينية صغيرة (a-z) وأرقام وشرطات فقط.",
    no_channel="لا توجد نسخة بهذا الاسم",
    no_channel_why="لا توجد هنا نسخة بهذا الاسم.",
    not_found="لم يُعثر على شيء",
    not_found_why="لا شيء تحت هذا العنوان.",
    not_yet="لم تجهز الصفحة بعد",
    not_yet_why="ما زالت الأخبار قيد التحميل. أعد المحاولة بعد لحظات.",
    weekdays=("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    months=_ARABIC_MONTHS,
    short_months=_ARABIC_MONTHS,
    day="{weekday} {day} {month} {year}",
    short_day="{day} {month}",
    moment="{day}، {time}",
)

SPANISH: Final = Words(
    language="es",
    about="Última hora, línea a línea: se publica una vez y aparece en directo aquí, en cada página que la incrusta y en "
    "cada lector de fuentes.",
    skip="Ir a las noticias",
    editions="Ediciones",
    desk="Redacción",
    live="En directo",
    offline_since="Última actualización: {time}",
    stopped="Ya no está en directo. Recargue la página para ver lo más reciente.",
    no_script="Sin JavaScript esta página no se actualiza sola. Recárguela para ver lo más reciente.",
    new_lines={"one": "{n} noticia nueva", "many": "{n} noticias nuevas", "other": "{n} noticias nuevas"},
    pinned="Fijada",
    flash="Alerta",
    urgent="Urgente",
    corrected="Corrección",
    colon=": ",
    article="Noticia completa",
    empty="Aún no hay noticias. La próxima aparecerá aquí.",
    feeds="Fuentes",
    all_lines="Todas las noticias",
    embed="Incrustar",
    embed_how="Ponga estas dos líneas donde deba aparecer la cinta.",
    copy="Copiar",
    copied="Copiado",
    press_copy="Pulse Ctrl+C",
    share="Compartir",
    copy_link="Copiar enlace",
    copy_frame="Copiar código para incrustar",
    published="Publicada",
    updated="Actualizada",
    topics="Temas",
    remove_filter="Quitar filtro: {topic}",
    comma=", ",
    withdrawn="Esta noticia fue retirada",
    withdrawn_why="La redacción la ha retirado. Su texto ya no está disponible.",
    no_line="No existe esa noticia",
    no_line_why="Esta edición no tiene ninguna noticia en esta dirección: puede haber caducado, o ya no se conserva.",
    no_topic="No existe ese tema",
    no_topic_why="El tema de esta dirección no puede existir: un tema se escribe con minúsculas (a-z), cifras y guiones.",
    no_channel="No existe esa edición",
    no_channel_why="Aquí no hay ninguna edición con ese nombre.",
    not_found="No se encontró nada",
    not_found_why="No hay nada en esta dirección.",
    not_yet="Todavía no está listo",
    not_yet_why="Las noticias aún se están cargando. Inténtelo de nuevo en un momento.",
    weekdays=("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    months=(
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
    short_months=(
        *("ene", "feb", "mar", "abr", "may", "jun"),
        *("jul", "ago", "sept", "oct", "nov", "dic"),
    ),
    day="{weekday}, {day} de {month} de {year}",
    short_day="{day} de {month}",
    moment="{day}, {time}",
)

FRENCH: Final = Words(
    language="fr",
    about="L’information de dernière minute, ligne par ligne\u00a0: publiée une fois, en direct ici, sur chaque page qui "
    "l’intègre et dans chaque lecteur de flux.",
    skip="Aller aux nouvelles",
    editions="Éditions",
    desk="Rédaction",
    live="En direct",
    offline_since="Dernière mise à jour\u00a0: {time}",
    stopped="Le direct est terminé. Rechargez la page pour lire les dernières nouvelles.",
    no_script="Sans JavaScript, cette page ne s’actualise pas. Rechargez-la pour lire les dernières nouvelles.",
    new_lines={"one": "{n} nouvelle ligne", "many": "{n} nouvelles lignes", "other": "{n} nouvelles lignes"},
    pinned="Épinglée",
    flash="Flash",
    urgent="Urgent",
    corrected="Rectificatif",
    colon="\u00a0: ",
    article="Lire l’article",
    empty="Pas encore de nouvelles. La prochaine apparaîtra ici.",
    feeds="Flux",
    all_lines="Toutes les nouvelles",
    embed="Intégrer",
    embed_how="Placez ces deux lignes là où le bandeau doit apparaître.",
    copy="Copier",
    copied="Copié",
    press_copy="Appuyez sur Ctrl+C",
    share="Partager",
    copy_link="Copier le lien",
    copy_frame="Copier le code d’intégration",
    published="Publiée",
    updated="Mise à jour",
    topics="Sujets",
    remove_filter="Retirer le filtre\u00a0: {topic}",
    comma=", ",
    withdrawn="Cette nouvelle a été retirée",
    withdrawn_why="La rédaction l’a retirée. Son texte n’est plus disponible.",
    no_line="Nouvelle introuvable",
    no_line_why="Cette édition n’a aucune nouvelle à cette adresse\u00a0: elle a peut-être expiré, ou n’est plus conservée.",
    no_topic="Sujet introuvable",
    no_topic_why="Le sujet de cette adresse ne peut pas exister\u00a0: un sujet s’écrit en minuscules (a-z), chiffres et "
    "traits d’union.",
    no_channel="Édition introuvable",
    no_channel_why="Il n’y a pas d’édition de ce nom ici.",
    not_found="Rien trouvé",
    not_found_why="Il n’y a rien à cette adresse.",
    not_yet="Pas encore prêt",
    not_yet_why="Les informations sont en cours de chargement. Réessayez dans un instant.",
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    months=(
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    short_months=(
        *("janv.", "févr.", "mars", "avr.", "mai", "juin"),
        *("juil.", "août", "sept.", "oct.", "nov.", "déc."),
    ),
    day="{weekday} {day} {month} {year}",
    short_day="{day} {month}",
    moment="{day}, {time}",
)

WORDS: Final = {words.language: words for words in (ENGLISH, ARABIC, SPANISH, FRENCH)}


def words_for(language: str) -> Words:
    """Give the words of a BCP 47 language by its first subtag; English where we have none."""
    return WORDS.get(language.lower().partition("-")[0], ENGLISH)
