"""For the preview in the admin: the form as the candidate will see it."""

from django import template

from home.application_forms import application_form
from home.forms import PortalForm
from review.types.configuration import Configuration
from review.types.models import ApplicationType
from review.types.queries import options

register = template.Library()


@register.simple_tag
def preview_form(type_: ApplicationType, configuration: Configuration) -> PortalForm:
    """An empty form of this configuration."""
    return application_form(configuration, options(configuration, type_.kind, None))
