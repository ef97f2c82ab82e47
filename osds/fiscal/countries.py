"""The countries of ISO 3166-1 and the money that is legal tender there today, by its ISO 4217 code.

XK (Kosovo) is not assigned by ISO, but in use by the European Union and the World Bank.
"""

from __future__ import annotations

_BY_CURRENCY = """
    AED AE / AFN AF / ALL AL / AMD AM / AOA AO / ARS AR / AUD AU CC CX HM KI NF NR TV / AWG AW / AZN AZ / BAM BA / BBD BB
    BDT BD / BGN BG / BHD BH / BIF BI / BMD BM / BND BN / BOB BO / BRL BR / BSD BS / BTN BT / BWP BW / BYN BY / BZD BZ
    CAD CA / CDF CD / CHF CH LI / CLP CL / CNY CN / COP CO / CRC CR / CUP CU / CVE CV / CZK CZ / DJF DJ / DKK DK FO GL
    DOP DO / DZD DZ EH / EGP EG PS / ERN ER / ETB ET
    EUR AD AT AX BE BG BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV MC ME MF MQ MT NL PM PT RE SI SK SM TF VA XK YT
    FJD FJ / FKP FK / GBP GB GG GS IM IO JE / GEL GE / GHS GH / GIP GI / GMD GM / GNF GN / GTQ GT / GYD GY / HKD HK
    HNL HN / HTG HT / HUF HU / IDR ID / ILS IL PS / INR BT IN / IQD IQ / IRR IR / ISK IS / JMD JM / JOD JO PS / JPY JP
    KES KE / KGS KG / KHR KH / KMF KM / KPW KP / KRW KR / KWD KW / KYD KY / KZT KZ / LAK LA / LBP LB / LKR LK / LRD LR
    LSL LS / LYD LY / MAD EH MA / MDL MD / MGA MG / MKD MK / MMK MM / MNT MN / MOP MO / MRU MR / MUR MU / MVR MV / MWK MW
    MXN MX / MYR MY / MZN MZ / NAD NA / NGN NG / NIO NI / NOK AQ BV NO SJ / NPR NP / NZD CK NU NZ PN TK / OMR OM / PAB PA
    PEN PE / PGK PG / PHP PH / PKR PK / PLN PL / PYG PY / QAR QA / RON RO / RSD RS / RUB RU / RWF RW / SAR SA / SBD SB
    SCR SC / SDG SD / SEK SE / SGD SG / SHP SH / SLE SL / SOS SO / SRD SR / SSP SS / STN ST / SYP SY / SZL SZ / THB TH
    TJS TJ / TMT TM / TND TN / TOP TO / TRY TR / TTD TT / TWD TW / TZS TZ / UAH UA / UGX UG
    USD AS BQ EC FM GU IO MH MP PA PR PW SV TC TL UM US VG VI ZW / UYU UY / UZS UZ / VED VE / VES VE / VND VN / VUV VU
    WST WS / XAF CF CG CM GA GQ TD / XCD AG AI DM GD KN LC MS VC / XCG CW SX / ANG CW SX / XOF BF BJ CI GW ML NE SN TG
    XPF NC PF WF / YER YE / ZAR LS NA SZ ZA / ZMW ZM / ZWG ZW / USD HT LB KH LR / CLF CL / UYI UY / COU CO / MXV MX
"""


def _read() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for entry in _BY_CURRENCY.replace("\n", " / ").split("/"):
        currency, *countries = entry.split() or [""]
        for country in countries:
            found.setdefault(country, set()).add(currency)
    return {country: frozenset(currencies) for country, currencies in found.items()}


MONEY = _read()  # the currencies of each country
IN_USE = frozenset(currency for currencies in MONEY.values() for currency in currencies)
