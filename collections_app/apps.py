from django.apps import AppConfig


class CollectionsConfig(AppConfig):
    """The work: what to do next about it."""

    name = "collections_app"
    verbose_name = "Collections"

    def ready(self) -> None:
        """Listen to what the books announce, and answer what they ask: here and nowhere else.

        The last app to be ready: all code is loaded. The aging hears of a change before the worklist follows it, so
        that no figure passes for current while items are brought up to date.
        """
        from arwork.lib import events
        from arwork.lib.memory import collect_rarely
        from claims.denials import claim_windows
        from claims.receipts import kept_out
        from claims.remits import second_person
        from claims.web import search_results, setup_pages
        from collections_app import tasks
        from collections_app.aging import summaries
        from collections_app.contacts import holds_of_money
        from collections_app.limits import second_person as limits
        from collections_app.web import limits as limit_pages
        from collections_app.web import search
        from collections_app.worklist import deadlines

        events.subscribe_promptly(summaries.note_that_the_books_moved)
        events.subscribe(tasks.listen)
        kept_out.register_hold_source(holds_of_money.holds_on_visits)
        second_person.register_alone_rule(limits.alone_rule)
        claim_windows.register_correspondence_source(deadlines.correspondence_of_claim)
        search_results.register_finder(search.find_work)
        setup_pages.register_attention_source(limit_pages.attention_needed)
        collect_rarely()
