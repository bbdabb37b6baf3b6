"""Remote nodes: who may talk to us, and for what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RemoteNode(models.Model):
    ae_title = models.CharField(_("AE title"), max_length=16, unique=True)
    host = models.CharField(_("host"), max_length=64, help_text=_("Name or address; a peer is known by address and AE title."))
    port = models.PositiveIntegerField(_("port"), default=104)
    description = models.CharField(_("description"), max_length=64, blank=True)
    may_store = models.BooleanField(_("store"), default=False)
    may_find = models.BooleanField(_("find"), default=False)
    may_retrieve = models.BooleanField(_("retrieve"), default=False)
    may_worklist = models.BooleanField(_("worklist"), default=False)
    may_mpps = models.BooleanField(_("MPPS"), default=False)
    may_commit = models.BooleanField(_("commitment"), default=False)
    may_reject = models.BooleanField(
        _("reject images"), default=False, help_text=_("Its rejection notes (IHE IOCM) are carried out at once; others wait for a person.")
    )
    may_see_protected = models.BooleanField(
        _("sees protected patients"),
        default=False,
        help_text=_("A system is no person on an access list: it finds and gets nothing of theirs."),
    )
    holds_priors = models.BooleanField(_("asked for earlier studies"), default=False)
    is_destination = models.BooleanField(_("receives studies"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.ae_title
