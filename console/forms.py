"""What every form of two fields or more shares: crispy rendering inside the page's own <form>."""

from crispy_forms.helper import FormHelper
from django.utils.translation import gettext_noop

# Django's own French says "courriel" here, unlike every other page: the catalog has a sentence of ours.
gettext_noop("Enter a valid email address.")


class CrispyForm:
    """Gives a form a helper that leaves the <form> tag and the CSRF token to the template."""

    @property
    def helper(self) -> FormHelper:
        """The crispy helper; the page writes the tag and the token itself."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper
