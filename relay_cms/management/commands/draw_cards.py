from django.core.management.base import BaseCommand
from tqdm import tqdm

from articles import cards
from articles.models import Article


class Command(BaseCommand):
    help = "Draw every share card anew: after the site's name, its sectors or the drawing changed."

    def handle(self, **options):
        public = Article.objects.public().newest_first()
        keys = list(public.values_list("pk", flat=True))
        for pk in tqdm(keys, unit=" cards", disable=None):
            cards.forget(Article.objects.filter(pk=pk))
            for article in public.with_headline().filter(pk=pk):  # still there, still public
                cards.make(article)
        removed = cards.remove_strays()
        self.stdout.write(f"Drew {len(keys)} cards, removed {removed} files that belonged to none.")
