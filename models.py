"""The one door to the tables: import them from here and nowhere else."""

from __future__ import annotations

from tables.agreements import Agreement, Applicant, Approval, ManualAcceptance, Withdrawal
from tables.allowance import AllowanceEntry
from tables.articles import Article, ArticleImport
from tables.base import Base, FirmOwned, new_public_id
from tables.checkpoints import Checkpoint, CheckpointHead, Incident
from tables.customers import Customer
from tables.feedback import Feedback
from tables.firms import (
    Acceptance,
    Attempt,
    Closing,
    Counter,
    ErasureReceipt,
    Firm,
    Login,
    OnceKey,
    User,
    UserToken,
)
from tables.inquiries import Inquiry
from tables.moving import Arrival, EarlierHome
from tables.photos import Photo
from tables.quotes import (
    Decline,
    HeldSending,
    Message,
    Quote,
    QuoteLine,
    QuoteLink,
    QuoteSection,
    QuoteVersion,
    Recipient,
)
from tables.records import ChainHead, Event, EventValue, Export, Letter, StoredFile
from tables.reminding import Reminding
from tables.signing import SigningCode
from tables.templates import ContractTemplate, ContractTemplateVersion, QuoteTemplate, TextBlock
from tables.uploads import Upload, UploadPage

__all__ = [
    "Acceptance",
    "Agreement",
    "AllowanceEntry",
    "Applicant",
    "Approval",
    "Arrival",
    "Article",
    "ArticleImport",
    "Attempt",
    "Base",
    "ChainHead",
    "Checkpoint",
    "CheckpointHead",
    "Closing",
    "ContractTemplate",
    "ContractTemplateVersion",
    "Counter",
    "Customer",
    "Decline",
    "EarlierHome",
    "ErasureReceipt",
    "Event",
    "EventValue",
    "Export",
    "Feedback",
    "Firm",
    "FirmOwned",
    "HeldSending",
    "Incident",
    "Inquiry",
    "Letter",
    "Login",
    "ManualAcceptance",
    "Message",
    "OnceKey",
    "Photo",
    "Quote",
    "QuoteLine",
    "QuoteLink",
    "QuoteSection",
    "QuoteTemplate",
    "QuoteVersion",
    "Recipient",
    "Reminding",
    "SigningCode",
    "StoredFile",
    "TextBlock",
    "Upload",
    "UploadPage",
    "User",
    "UserToken",
    "Withdrawal",
    "new_public_id",
]
