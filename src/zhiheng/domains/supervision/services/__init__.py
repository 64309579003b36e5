"""What changes recorded results: recording by the chunk, correcting one, saying who a party is."""

from zhiheng.domains.supervision.services.attribution import party_release, party_resolve
from zhiheng.domains.supervision.services.corrections import result_correct
from zhiheng.domains.supervision.services.results import results_record

__all__ = ["party_release", "party_resolve", "result_correct", "results_record"]
