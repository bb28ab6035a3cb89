"""An MCP server of a lending museum, for tests: started as a process of its own."""

from __future__ import annotations

import os
import time

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel

server = MCPServer("loans")
LOANS = {"LN-0412": ("Kestrel Gallery", 7.5), "LN-0427": ("Institute Vasarna", 12.0)}
CALLS: list[str] = []


class Loan(BaseModel):
    loan_no: str
    borrower: str
    weight: float
    asked: int


@server.tool(name="get-loan")
def get_loan(loan_no: str, heavy: bool = False) -> Loan:
    """Looks up one loan."""
    CALLS.append(loan_no)
    if loan_no not in LOANS:
        raise ToolError(f"there is no loan {loan_no!r}")
    borrower, weight = LOANS[loan_no]
    return Loan(loan_no=loan_no, borrower=borrower, weight=weight * (2 if heavy else 1), asked=len(CALLS))


@server.tool()
def list_loans() -> dict[str, list[str]]:
    """Lists the numbers of all loans."""
    return {"loan_nos": list(LOANS)}


@server.tool(structured_output=False)
def tell(what: str) -> str:
    """Tells in words, or as JSON."""
    return '{"borrower": "Orlop House"}' if what == "json" else f"about {what}"


@server.tool(structured_output=False)
def misbehave(how: str) -> str:
    """Ends or hangs."""
    if how == "end":
        os._exit(3)
    time.sleep(60)
    return how


@server.tool()
def environment(name: str) -> dict[str, bool]:
    """Whether a variable is set."""
    return {"set": name in os.environ}


@server.tool(annotations=ToolAnnotations(destructive_hint=True))
def end_loan(loan_no: str) -> str:
    """Deletes a loan."""
    del LOANS[loan_no]
    return loan_no


@server.tool(name="get.loan")
def other(loan_no: str) -> str:
    """The same name, as a function's."""
    return loan_no


if __name__ == "__main__":
    server.run()
