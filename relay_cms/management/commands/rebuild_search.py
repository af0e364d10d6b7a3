from django.core.management.base import BaseCommand
from django.db import transaction
from tqdm import tqdm

from articles import search
from articles.models import Article, SearchRow


class Command(BaseCommand):
    help = "Index every public post for the search anew, while the site runs."

    def handle(self, **options):
        with tqdm(total=Article.objects.count(), unit=" articles", disable=None) as bar:
            for some in search.in_parts(Article.objects.all()):
                bar.update(self._index(some))
        self.stdout.write(f"{SearchRow.objects.count()} posts can be found.")

    @transaction.atomic
    def _index(self, articles):
        # Locked, so that what is published meanwhile is not overwritten by what it said before.
        locked = len(articles.select_for_update(no_key=True))
        search.index(articles)
        return locked
