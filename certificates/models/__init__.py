"""The tables of the app: trusted certificates, their revocation, uploads, chains seen and refused."""

from certificates.models.chains import SeenChain
from certificates.models.proposals import Proposal
from certificates.models.removals import Removal
from certificates.models.revocation import (
    CertificateCheck,
    CheckSettings,
    CrlState,
    OcspAnswer,
    OcspProfile,
    RevocationSettings,
    Unit,
)
from certificates.models.trusted import (
    SEARCH_LENGTH,
    USAGE_COLUMNS,
    Band,
    Status,
    TrustedCertificate,
    TrustedCertificateQuerySet,
    band_filter,
)
from certificates.models.uploads import Upload, UploadState
from certificates.models.version import StoreVersion

__all__ = [
    "SEARCH_LENGTH",
    "USAGE_COLUMNS",
    "Band",
    "CertificateCheck",
    "CheckSettings",
    "CrlState",
    "OcspAnswer",
    "OcspProfile",
    "Proposal",
    "Removal",
    "RevocationSettings",
    "SeenChain",
    "Status",
    "StoreVersion",
    "TrustedCertificate",
    "TrustedCertificateQuerySet",
    "Unit",
    "Upload",
    "UploadState",
    "band_filter",
]
