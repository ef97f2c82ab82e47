"""What headers of budgets call things, in the languages of published budgets, and how a header falls into words.

The lists hold what real files use, not what a dictionary knows. Words are compared without case and accents; a word of
five letters or more is also found at the end of a compound (`Gesamtbetrag`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_COMPOUND = 5


def plain(text: str) -> str:
    """`text` in lower case and without accents, for comparing: `AÑO` and `ano` are one word."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words_of(header: str) -> tuple[str, ...]:
    """The words and numbers of a header: `BetragTyp 2` is `betrag`, `typ`, `2`."""
    return tuple(_WORD.findall(plain(_CAMEL.sub(" ", header))))


def find(words: Iterable[str], vocabulary: frozenset[str]) -> str | None:
    """The first of `words` that the vocabulary knows, whole or as the end of a compound."""
    return next((word for word in words if word in vocabulary or _ends_with(word, vocabulary)), None)


def meaning_of(words: Iterable[str], meanings: Mapping[str, frozenset[str]]) -> str | None:
    """The one meaning that the words have; None if there is none or several, as in `revenue and expenditure`."""
    listed = tuple(words)
    found = [meaning for meaning, vocabulary in meanings.items() if find(listed, vocabulary)]
    return found[0] if len(found) == 1 else None


def _ends_with(word: str, vocabulary: frozenset[str]) -> bool:
    return any(len(known) >= _COMPOUND and word.endswith(known) for known in vocabulary)


def _list(text: str) -> frozenset[str]:
    return frozenset(plain(text).split())


EXPENDITURE = _list(
    "expenditure expenditures expense expenses spending outlay outlays gasto gastos ausgabe ausgaben dépense dépenses "
    "despesa despesas spesa spese uitgaven výdavky výdaje wydatki rashodi odhodki kiadás cheltuieli utgifter menot "
    "shpenzime витрати видатки расходы разходи расходи 歳出 支出"
)
REVENUE = _list(
    "revenue revenues income receipts ingreso ingresos einnahme einnahmen recette recettes receita receitas entrate "
    "inkomsten príjmy příjmy dochody prihodi bevétel venituri inkomster tulot доходи доходы приходи 歳入 収入"
)
PROPOSED = _list("proposed draft proyecto entwurf proposta proposto návrh projekt_budžetu")
APPROVED = _list(
    "approved enacted adopted voted budgeted appropriated appropriation aprobado aprobada aprovado beschlossen soll "
    "ansatz voté orçado stanziamento schválený schválené uchwalony initial inicial iniziale"
)
ADJUSTED = _list(
    "adjusted revised amended modificado modificada definitivo vigente actualizado rectifié upravený zmeny"
)
EXECUTED = _list(
    "executed execution actual actuals outturn spent disbursed paid ejecutado ejecución pagado pagada obligaciones "
    "devengado ist exécuté exécution mandaté executado executada pago liquidado empenhado pagato skutočnosť skutečnost "
    "wykonanie realised realized realizado izvršenje 決算 決算額"
)
PHASES = {"proposed": PROPOSED, "approved": APPROVED, "adjusted": ADJUSTED, "executed": EXECUTED}
DIRECTIONS = {"expenditure": EXPENDITURE, "revenue": REVENUE}
MONEY = (
    EXPENDITURE
    | REVENUE
    | frozenset.union(*PHASES.values())
    | _list(
        "amount amounts amt value total sum budget cost costs payment payments price grant grants subsidy allocation "
        "allocated commitment commitments debit credit balance funding importe monto valor valores suma presupuesto "
        "crédito créditos betrag beträge summe wert kosten zuschuss zahlung montant somme coût paiement crédits "
        "montante dotação dotacion importo somma costo bedrag lasten baten suma částka čiastka rozpočet hodnota cena "
        "kwota wartość iznos proračun znesek összeg valoare belopp beløb kostnad summa määrä vlera shuma tutar jumlah "
        "nilai anggaran ποσό сумма сума износ сумма 金額 予算 予算額 金额 금액 예산 المبلغ סכום თანხა գումար"
    )
)
NOT_MONEY = _list(
    "population percent percentage pct rate share ratio quantity qty count employees staff fte posts area lat lon lng "
    "latitude longitude x y rank age score weight page row persons inhabitants habitantes población einwohner anzahl "
    "cantidad menge porcentaje prozent anteil taux tasa hectares phone"
)
KIND = _list(
    "type types category kind class group chapter tipo categoría clase grupo capítulo art typ gruppe catégorie"
)
CODE = _list(
    "code codes id ids identifier no nr num numero number key kod cod código codice clave nummer kennziffer kennzahl "
    "schlüssel uid uuid ref reference zip postcode plz phone tel iban siret siren nif cif vat ico edrpou код"
)
UNIQUE_ID = _list("id ids identifier uid uuid ref reference no nr number receipt invoice voucher")
NAME = _list("name names nombre nom nome nimi navn namn naam naziv nazwa název názov назва наименование")
TITLE = _list("label title titulo título titolo titre libellé intitulé denominación denominazione bezeichnung")
DESCRIPTION = _list("description desc descripción descrição descrizione beschreibung omschrijving opis popis опис")
FREE_TEXT = DESCRIPTION | _list(
    "comment comments note notes remark remarks observaciones bemerkung url uri link http https email text memo "
    "purpose verwendungszweck details subject address"
)
YEAR = _list(
    "year years fy año anio jahr haushaltsjahr rechnungsjahr année exercice exercício ejercicio esercizio anno rok "
    "godina leto jaar år vuosi ev an aasta viti tahun έτος год рік година 年 年度 연도 سنة"
)
DATE = _list(
    "date dates fecha datum data dato päivä dia day tarih tanggal ημερομηνία дата 日付 time datetime timestamp"
)
DATE_PART = _list("month mes monat mois mese maand měsíc miesiąc quarter trimestre quartal week woche day yearmonth")
PHASE = _list("phase stage fase étape etapa")
LEVEL = _list("level lvl nivel nível ebene niveau livello poziom úroveň razina")
FILLER = _list("of the de del la el los las du des der die das do da di and y e von zu for")

TOTAL = _list("total totals totale gesamt insgesamt suma razem celkem spolu ukupno skupaj итого всего всього 合計 계")

ENTITY = _list(
    "supplier vendor payee beneficiary recipient contractor company proveedor beneficiario tercero adjudicatario "
    "empfänger zahlungsempfänger lieferant fournisseur bénéficiaire fornecedor credor favorecido fornitore dodavatel "
    "dodávateľ příjemce prijímateľ dobavljač постачальник поставщик"
)
FUNCTIONAL = _list("function functional functions cofog func función funcional funktion fonction função funzione 機能")
ECONOMIC = _list(
    "economic econ económico económica econômica object gfsm capítulo kategori artículo chapter "
    "titel gruppe nature naturaleza elemento account accounts expense"
)
ACTIVITY = _list("program programme programs project programa proyecto projekt projet outcome activity actividad 事業")
ADMINISTRATIVE = _list(
    "institution ministry department dept agency organisation organization office unit administration administrative "
    "admin authority portfolio section body ministerio departamento centro sección orgánico organismo unidad "
    "institución ministerium einzelplan kapitel amt behörde dienststelle ministère orgão secretaria unidade ministero "
    "ente ministarstvo resort branch"
)
LOCATION = _list(
    "region municipality city province county country district location place nuts state town village municipio "
    "provincia ciudad comunidad país gemeinde stadt ort kreis commune ville obec okres kraj postal postcode zip plz"
)
