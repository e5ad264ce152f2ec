"""One visitor does what the load commands do, so that they are not found broken on the day they are needed."""

from tests.load.films import films
from tests.load.served import served
from tests.load.visitor import Visitor


def test_a_visitor_edits_the_sample_scores_a_film_and_edits_that() -> None:
    with served() as server:
        visitor = Visitor(server.port)
        visitor.understand()
        sample = visitor.viewer["film"]
        assert visitor.edit(0) > 0
        assert visitor.score(films(1)) > 0 and visitor.viewer["film"] != sample and not visitor.scoring
        assert visitor.edit(1) > 0
        assert visitor.picture(visitor.viewer["url"]) == 200 and visitor.picture(visitor.viewer["url"] + "x") == 404
        assert not visitor.viewer["url"].startswith("/")  # holds behind a proxy that strips a prefix
        visitor.score(films(2, 1), wait=False)
        assert visitor.scoring
        assert server.peak_mb >= server.resident_mb() > 100 and not visitor.exceptions
        visitor.close()
