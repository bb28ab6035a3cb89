"""Words that courts and law firms are called by in worlds with real names, and what cases are about."""

from __future__ import annotations

COURTS = ("Aldermoor", "Blackwater", "Castleford", "Dunhaven", "Elderfield", "Fairlight", "Greystoke", "Hollingworth",
          "Inverlea", "Juniper")  # fmt: skip
FIRMS = ("Abernathy", "Bexley", "Crowther", "Devereux", "Ellington", "Fairbank", "Goodwin", "Hargreaves", "Ingleby")
FIRM_PATTERNS = ("{} Partners", "{} Chambers", "{} Law")
CHAMBERS = ("civil chamber", "family chamber", "labour chamber", "commercial chamber", "building chamber")
SUBJECTS = ("unpaid wages", "a building defect", "a tenancy", "an inheritance", "a car accident", "a patent",
            "a broken contract", "a neighbour's fence")  # fmt: skip
FILINGS = ("statement of claim", "reply", "motion", "expert report", "witness statement", "request for documents")
EXHIBITS = ("contract", "sealed letter", "photographs", "machine part", "cash", "weapon", "data carrier")
TASKS = ("reply to the claim", "list of witnesses", "fee advance", "translation", "expert's questions")
FEES = ("filing fee", "expert fee", "interpreter fee", "copying fee", "transport fee")
OCCUPATIONS = ("baker", "plumber", "architect", "nurse", "farmer", "teacher", "photographer", "tailor", "pilot")
FIELDS = ("tenancy law", "labour law", "patent law", "building law", "family law", "insurance law")
