"""Real places: cities with what a traveller asks about them, their airports, and rough exchange rates.

Offsets from UTC are those of May; ``rail`` names the network a city's trains run on ("" for none), so that no
train crosses a sea. A small fixed table rather than a library, so that worlds stay the same for ever.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple


class Place(NamedTuple):
    """A city; ``airports`` holds (code, name)."""

    name: str
    country: str
    currency: str
    utc_offset: int
    language: str
    latitude: float
    longitude: float
    rail: str
    airports: tuple[tuple[str, str], ...]


# city|country|currency|UTC offset in May|language|latitude|longitude|rail network|airports
_TABLE = """
Lisbon|Portugal|EUR|1|Portuguese|38.7|-9.1|europe|LIS Humberto Delgado
Porto|Portugal|EUR|1|Portuguese|41.1|-8.6|europe|OPO Francisco Sá Carneiro
Madrid|Spain|EUR|2|Spanish|40.4|-3.7|europe|MAD Adolfo Suárez
Barcelona|Spain|EUR|2|Spanish|41.4|2.2|europe|BCN Josep Tarradellas
Valencia|Spain|EUR|2|Spanish|39.5|-0.4|europe|VLC Manises
Seville|Spain|EUR|2|Spanish|37.4|-6.0|europe|SVQ San Pablo
Bilbao|Spain|EUR|2|Spanish|43.3|-2.9|europe|BIO Loiu
Palma|Spain|EUR|2|Spanish|39.6|2.7||PMI Son Sant Joan
Paris|France|EUR|2|French|48.9|2.4|europe|CDG Charles de Gaulle,ORY Orly
Lyon|France|EUR|2|French|45.8|4.8|europe|LYS Saint-Exupéry
Marseille|France|EUR|2|French|43.3|5.4|europe|MRS Marignane
Toulouse|France|EUR|2|French|43.6|1.4|europe|TLS Blagnac
Bordeaux|France|EUR|2|French|44.8|-0.6|europe|BOD Mérignac
Brussels|Belgium|EUR|2|French|50.8|4.4|europe|BRU Zaventem,CRL Gosselies
Amsterdam|Netherlands|EUR|2|Dutch|52.4|4.9|europe|AMS Schiphol
Rotterdam|Netherlands|EUR|2|Dutch|51.9|4.5|europe|RTM Zestienhoven
London|United Kingdom|GBP|1|English|51.5|-0.1|europe|LHR Heathrow,LGW Gatwick
Bristol|United Kingdom|GBP|1|English|51.5|-2.6|europe|BRS Lulsgate
Leeds|United Kingdom|GBP|1|English|53.8|-1.5|europe|LBA Yeadon
Edinburgh|United Kingdom|GBP|1|English|56.0|-3.2|europe|EDI Turnhouse
Glasgow|United Kingdom|GBP|1|English|55.9|-4.3|europe|GLA Abbotsinch,PIK Prestwick
Belfast|United Kingdom|GBP|1|English|54.6|-5.9|ireland|BHD George Best,BFS Aldergrove
Dublin|Ireland|EUR|1|English|53.3|-6.3|ireland|DUB Collinstown
Reykjavik|Iceland|ISK|0|Icelandic|64.1|-21.9||KEF Keflavík
Berlin|Germany|EUR|2|German|52.5|13.4|europe|BER Willy Brandt
Hamburg|Germany|EUR|2|German|53.6|10.0|europe|HAM Helmut Schmidt
Munich|Germany|EUR|2|German|48.1|11.6|europe|MUC Franz Josef Strauss
Frankfurt|Germany|EUR|2|German|50.1|8.7|europe|FRA Rhein-Main,HHN Hahn
Cologne|Germany|EUR|2|German|50.9|7.0|europe|CGN Konrad Adenauer
Stuttgart|Germany|EUR|2|German|48.8|9.2|europe|STR Echterdingen
Leipzig|Germany|EUR|2|German|51.3|12.4|europe|LEJ Schkeuditz
Vienna|Austria|EUR|2|German|48.2|16.4|europe|VIE Schwechat
Graz|Austria|EUR|2|German|47.1|15.4|europe|GRZ Thalerhof
Salzburg|Austria|EUR|2|German|47.8|13.0|europe|SZG Wolfgang Amadeus Mozart
Zurich|Switzerland|CHF|2|German|47.4|8.5|europe|ZRH Kloten
Geneva|Switzerland|CHF|2|French|46.2|6.1|europe|GVA Cointrin
Milan|Italy|EUR|2|Italian|45.5|9.2|europe|MXP Malpensa,LIN Linate
Rome|Italy|EUR|2|Italian|41.9|12.5|europe|FCO Fiumicino,CIA Ciampino
Venice|Italy|EUR|2|Italian|45.4|12.3|europe|VCE Marco Polo,TSF Treviso
Bologna|Italy|EUR|2|Italian|44.5|11.3|europe|BLQ Guglielmo Marconi
Naples|Italy|EUR|2|Italian|40.9|14.3|europe|NAP Capodichino
Turin|Italy|EUR|2|Italian|45.1|7.7|europe|TRN Caselle
Palermo|Italy|EUR|2|Italian|38.1|13.4|europe|PMO Falcone-Borsellino
Valletta|Malta|EUR|2|Maltese|35.9|14.5||MLA Luqa
Copenhagen|Denmark|DKK|2|Danish|55.7|12.6|europe|CPH Kastrup
Aarhus|Denmark|DKK|2|Danish|56.2|10.2|europe|AAR Tirstrup
Oslo|Norway|NOK|2|Norwegian|59.9|10.8|europe|OSL Gardermoen,TRF Torp
Bergen|Norway|NOK|2|Norwegian|60.4|5.3|europe|BGO Flesland
Trondheim|Norway|NOK|2|Norwegian|63.4|10.4|europe|TRD Værnes
Stockholm|Sweden|SEK|2|Swedish|59.3|18.1|europe|ARN Arlanda,BMA Bromma
Gothenburg|Sweden|SEK|2|Swedish|57.7|12.0|europe|GOT Landvetter
Helsinki|Finland|EUR|3|Finnish|60.2|24.9|finland|HEL Vantaa
Tampere|Finland|EUR|3|Finnish|61.5|23.8|finland|TMP Pirkkala
Tallinn|Estonia|EUR|3|Estonian|59.4|24.8|baltic|TLL Lennart Meri
Riga|Latvia|EUR|3|Latvian|56.9|24.1|baltic|RIX Mārupe
Vilnius|Lithuania|EUR|3|Lithuanian|54.7|25.3|baltic|VNO Kirtimai
Warsaw|Poland|PLN|2|Polish|52.2|21.0|europe|WAW Fryderyk Chopin,WMI Modlin
Krakow|Poland|PLN|2|Polish|50.1|19.9|europe|KRK Balice
Gdansk|Poland|PLN|2|Polish|54.4|18.6|europe|GDN Lech Wałęsa
Wroclaw|Poland|PLN|2|Polish|51.1|17.0|europe|WRO Strachowice
Prague|Czechia|CZK|2|Czech|50.1|14.4|europe|PRG Václav Havel
Brno|Czechia|CZK|2|Czech|49.2|16.6|europe|BRQ Tuřany
Bratislava|Slovakia|EUR|2|Slovak|48.1|17.1|europe|BTS Ivanka
Budapest|Hungary|HUF|2|Hungarian|47.5|19.0|europe|BUD Ferenc Liszt
Ljubljana|Slovenia|EUR|2|Slovene|46.1|14.5|europe|LJU Jože Pučnik
Zagreb|Croatia|EUR|2|Croatian|45.8|16.0|europe|ZAG Franjo Tuđman
Dubrovnik|Croatia|EUR|2|Croatian|42.6|18.1||DBV Čilipi
Belgrade|Serbia|RSD|2|Serbian|44.8|20.5|europe|BEG Nikola Tesla
Bucharest|Romania|RON|3|Romanian|44.4|26.1|europe|OTP Henri Coandă
Timisoara|Romania|RON|3|Romanian|45.8|21.2|europe|TSR Traian Vuia
Sofia|Bulgaria|EUR|3|Bulgarian|42.7|23.3|europe|SOF Vrazhdebna
Athens|Greece|EUR|3|Greek|38.0|23.7|greece|ATH Eleftherios Venizelos
Thessaloniki|Greece|EUR|3|Greek|40.6|22.9|greece|SKG Makedonia
Istanbul|Turkey|TRY|3|Turkish|41.0|29.0|turkey|IST Arnavutköy,SAW Sabiha Gökçen
Ankara|Turkey|TRY|3|Turkish|39.9|32.9|turkey|ESB Esenboğa
"""

RATES = {
    "EUR": 1.0,
    "GBP": 0.8432,
    "CHF": 0.9371,
    "DKK": 7.4589,
    "NOK": 11.382,
    "SEK": 11.047,
    "ISK": 143.2,
    "PLN": 4.2614,
    "CZK": 24.713,
    "HUF": 391.5,
    "RON": 5.0862,
    "RSD": 117.2,
    "TRY": 44.618,
    "USD": 1.1347,
    "JPY": 168.4,
    "CAD": 1.5731,
    "AUD": 1.7264,
}
"""Rough units of each currency for one euro; a world moves each a little."""


@cache
def places() -> tuple[Place, ...]:
    """All places, in the table's order."""
    return tuple(_place(line) for line in _TABLE.strip().splitlines())


def _place(line: str) -> Place:
    name, country, currency, offset, language, latitude, longitude, rail, airports = line.split("|")
    coded = tuple((code, name) for code, _, name in (entry.partition(" ") for entry in airports.split(",")))
    return Place(name, country, currency, int(offset), language, float(latitude), float(longitude), rail, coded)


def distance(a: Place, b: Place) -> float:
    """Kilometres between two places on the great circle."""
    phi, psi = math.radians(a.latitude), math.radians(b.latitude)
    turn = math.radians(b.longitude - a.longitude)
    cosine = math.sin(phi) * math.sin(psi) + math.cos(phi) * math.cos(psi) * math.cos(turn)
    # Rounded: the last bits of sin and cos differ between C libraries.
    return round(6371 * math.acos(max(-1.0, min(1.0, cosine))), 3)
