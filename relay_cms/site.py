from django.conf import settings

from articles.publication.pages import footer_pages


def site(request):
    """What every template may say about the site; the words come from the settings."""
    return {
        "site": {
            "url": settings.SITE_URL,
            "name": settings.SITE_NAME,
            "tagline": settings.SITE_TAGLINE,
            "description": settings.SITE_DESCRIPTION,
            "wordmark": settings.WORDMARK,
            "editor_in_chief": settings.EDITOR_IN_CHIEF,
            "contact_email": settings.CONTACT_EMAIL,
            "footer": footer_pages,
        }
    }
