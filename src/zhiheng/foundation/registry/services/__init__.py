"""What changes the registry: enterprises recorded, parties resolved, products and parties noted.

`enterprises_record`, `party_resolve` and `party_release` are acts. `party_note` and `products_note`
are not: they keep the registry in step with facts that another act records, inside that act.
"""

from zhiheng.foundation.registry.services.enterprises import enterprises_record
from zhiheng.foundation.registry.services.notes import (
    ProductKeys,
    ProductSeen,
    party_note,
    products_note,
)
from zhiheng.foundation.registry.services.parties import party_release, party_resolve

__all__ = [
    "ProductKeys",
    "ProductSeen",
    "enterprises_record",
    "party_note",
    "party_release",
    "party_resolve",
    "products_note",
]
