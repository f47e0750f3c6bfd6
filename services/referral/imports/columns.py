"""The columns of a file of referrals: which field each fills, under which headings, and how its cells are read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from services.referral import labels
from services.referral.domain.file import InformationText
from services.referral.imports.readers import Reader, choice, commune, day, departments, ine, month, phone, text, year
from services.referral.imports.words import key_of, plain

REPRESENTATIVES, WISHES = 4, 5
"""How many of each a referral may have."""
IN_TEMPLATE = {"representatives": 2, "wishes": 3}
"""How many of each the template has columns for; the others are read all the same."""
REASONS, ORIGIN = "Motifs du rejet", "Ligne d’origine"
"""The columns that a file of rejected rows has beside the sender's own."""
SITUATION = choice(
    labels.SITUATIONS,
    in_troisieme="3e, 3eme, troisieme",
    in_school_at_risk="a risque, a risque de decrochage, scolarise",
    out_of_school="sorti, descolarise, decrocheur, sorti du systeme scolaire, hors de l ecole",
    in_training="formation",
)
LAST_CLASS = choice(
    labels.LAST_CLASSES,
    sixieme="6e, 6eme",
    cinquieme="5e, 5eme",
    quatrieme="4e, 4eme",
    troisieme="3e, 3eme",
    troisieme_prepa_metiers="3e prepa metiers, 3eme prepa metiers",
    seconde="2nde, 2de",
    premiere="1re, 1ere",
    terminale="tle",
    cap_1="cap 1, cap 1re annee, 1re annee de cap",
    cap_2="cap 2, cap 2e annee, 2e annee de cap",
)
KINSHIP = choice(
    {**labels.KINSHIPS, "institution": labels.INSTITUTION},
    mother="maman",
    father="papa",
    guardian="tutrice",
    grandparent="grand mere, grand pere, grands parents",
    sibling="frere, soeur",
    institution="etablissement, service, ase",
)
INFORMATION = choice({one.value: one.value for one in InformationText})


@dataclass(frozen=True)
class Column:
    """One column: the path of its field, its heading in the template, how it is read, other headings, what it may hold."""

    path: str
    title: str
    read: Reader = text
    others: Sequence[str] = ()
    example: str = ""
    needed: bool = False
    in_template: bool = True
    choices: str | None = None
    """Under which heading of the template's second sheet the values that it may have stand."""

    @property
    def keys(self) -> frozenset[frozenset[str]]:
        """Of all the headings under which it is known."""
        return frozenset(map(key_of, (self.title, *self.others)))

    @property
    def is_of_days(self) -> bool:
        return self.read is day


def _of_the_young_person() -> Iterator[Column]:
    yield Column("external_id", "Référence", others=("Dossier", "Référence externe", "Référence dossier"), example="2026-017")
    yield Column("identity.family_name", "Nom", others=("Nom de famille", "Nom de naissance"), example="Durand", needed=True)
    yield Column("identity.given_name", "Prénom", example="Camille", needed=True)
    yield Column("identity.birth_date", "Date de naissance", day, ("Naissance", "Né(e) le", "DDN"), "14/05/2009", needed=True)
    yield Column("identity.commune", "Commune (code INSEE)", commune, ("Commune", "Code INSEE", "Code commune", "INSEE"), "39198")
    yield Column("identity.phone", "Téléphone", phone, example="06 12 34 56 78")
    yield Column("identity.email", "E-mail", others=("Adresse e-mail", "Adresse mail"), example="camille.durand@exemple.test")
    yield Column("identity.ine", "INE", ine, ("Code INE", "INE RNIE", "INE BEA"), "1234567890A")


def _of_a_representative(rank: int) -> Iterator[Column]:
    one, path, shown = f"Représentant {rank}", f"identity.representatives.{rank - 1}", rank <= IN_TEMPLATE["representatives"]
    example = rank == 1
    yield Column(f"{path}.name", f"{one} : nom", text, _numbered(rank, "{}"), "Dominique Durand" * example, in_template=shown)
    yield Column(
        f"{path}.kinship",
        f"{one} : lien",
        KINSHIP,
        _numbered(rank, "{} lien"),
        "Mère" * example,
        in_template=shown,
        choices="Lien",
    )
    others = _numbered(rank, "{} téléphone")
    yield Column(f"{path}.phone", f"{one} : téléphone", phone, others, "03 84 00 00 00" * example, in_template=shown)
    yield Column(f"{path}.email", f"{one} : e-mail", text, _numbered(rank, "{} e-mail"), in_template=shown)


def _of_the_file() -> Iterator[Column]:
    others = ("Date d’information", "Information", "Date information jeune")
    yield Column("informed_on", "Informé le", day, others, "01/09/2026", needed=True)
    yield Column("information", "Texte d’information", INFORMATION, ("Version information",), in_template=False)
    yield Column("counsellor.name", "Conseiller", others=("Nom du conseiller",), example="Mme Perrigaud", needed=True)
    yield Column("counsellor.phone", "Téléphone du conseiller", phone, example="03 84 00 00 01", needed=True)
    yield Column(
        "situation", "Situation", SITUATION, ("Situation actuelle",), "Sorti de l’école", needed=True, choices="Situation"
    )
    since = ("Sortie", "Date de sortie", "Mois de sortie", "Sorti depuis", "Déscolarisé depuis")
    yield Column("out_of_school_since", "Hors de l’école depuis", month, since, "06/2026")
    signalled = ("Signalement", "Date du signalement", "Date de signalement", "Jour du signalement")
    yield Column("reported_on", "Signalé le", day, signalled)
    yield Column("last_class", "Dernière classe", LAST_CLASS, ("Classe",), "Troisième", choices="Dernière classe")
    yield Column("on", "Orienté le", day, ("Date d’orientation", "Date de la demande"), in_template=False)


def _of_a_wish(rank: int) -> Iterator[Column]:
    one, path, shown = f"Vœu {rank}", f"wishes.{rank - 1}", rank <= IN_TEMPLATE["wishes"]

    def column(field: str, title: str, read: Reader, example: str = "", choices: str | None = None) -> Column:
        known = (*_numbered(rank, f"{title} {{}}"), *((title,) if rank == 1 else ()), f"{title} {rank}")
        others = [other.replace("Représentant", "Vœu") for other in known]
        return Column(f"{path}.{field}", f"{one} : {title}", read, others, example, in_template=shown, choices=choices)

    yield column("school", "école", text, "École de Dole" * (rank == 1), "École")
    yield column("programme", "formation", text, "CAP Serrurerie" * (rank == 1), "Formation")
    yield column("sector", "secteur", text, choices="Secteur")
    yield column("departments", "départements", departments)
    yield column("year_of_study", "année de formation", year)


def _numbered(rank: int, pattern: str) -> tuple[str, ...]:
    """A heading with the number, and the first's without."""
    with_number = pattern.format(f"Représentant {rank}")
    return (with_number, pattern.format("Représentant")) if rank == 1 else (with_number,)


COLUMNS: Sequence[Column] = (
    *_of_the_young_person(),
    *(column for rank in range(1, REPRESENTATIVES + 1) for column in _of_a_representative(rank)),
    *_of_the_file(),
    *(column for rank in range(1, WISHES + 1) for column in _of_a_wish(rank)),
)
BY_PATH: Mapping[str, Column] = {column.path: column for column in COLUMNS}
OURS = frozenset(map(key_of, (REASONS, ORIGIN)))


def column_of(heading: str) -> Column | None:
    """The column that a heading names: its field in so many words, or in French, however they are ordered."""
    return _by_field().get(plain(heading)) or (_by_key().get(key) if (key := key_of(heading)) else None)


@cache
def _by_key() -> Mapping[frozenset[str], Column]:
    """Every column by what tells its headings. ValueError where two share one, which would be a mistake of ours."""
    found: dict[frozenset[str], Column] = {}
    for column in COLUMNS:
        for key in column.keys:
            if found.setdefault(key, column) is not column:
                raise ValueError(f"{column.path} and {found[key].path} share a heading")
    return found


@cache
def _by_field() -> Mapping[str, Column]:
    return {plain(path): column for column in COLUMNS for path in (column.path, column.path.removeprefix("identity."))}
