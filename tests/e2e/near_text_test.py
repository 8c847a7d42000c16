#!/usr/bin/env python3
"""A repository in a Weaviate that embeds queries with our model, by way of text2vec-transformers and `elysiactl embed serve`: a
question in plain words, asked with the stock Python client, finds the function; what Elysia reads beside the collection is there,
and fits what that client says of the collection."""

import json
import shutil
import sys

import python_packages
from support import Home, Repository, kill_group, temporary_folder
from weaviate_servers import WeaviateServer, enter_private_network

FILES = {
    "billing.py": "def add_vat(net, rate):\n    \"\"\"The gross price that a customer pays, taxes included.\"\"\"\n"
                  "    return net * (1 + rate)\n",
    "geometry.py": "def area(radius):\n    \"\"\"How large a circle is.\"\"\"\n    return 3.14159 * radius ** 2\n",
    "retry.py": "def wait_before_next_try(attempt):\n    \"\"\"Pauses double after each failure of the network.\"\"\"\n"
                "    return min(60, 2 ** attempt)\n",
    "login.py": "def check_password(user, text):\n    \"\"\"Whether somebody is who they say.\"\"\"\n"
                "    return hash(text) == user.secret\n",
    "README.md": "# Shop\n\nA small shop for tests.\n",
}
QUESTIONS = {
    "compute the amount including sales tax": "billing.py",
    "backoff delay when a request fails": "retry.py",
    "authenticate a person who logs in": "login.py",
    "surface of a round shape": "geometry.py",
}


class Endpoint:
    """`elysiactl embed serve` on a free port."""

    def __init__(self, home):
        self.process = home.start("embed", "serve", "--listen", "127.0.0.1:0", "--json")
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1].decode()
        self.url = f"http://127.0.0.1:{json.loads(line)['port']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        kill_group(self.process)


def make_repository(folder):
    repository = Repository(folder)
    for name, text in FILES.items():
        repository.write(name, text)
    repository.commit("the shop")
    return repository


def answers_by_meaning(collection):
    for question, path in QUESTIONS.items():
        for found in (collection.query.near_text(query=question, limit=1), collection.query.hybrid(query=question, limit=1)):
            paths = [item.properties["path"] for item in found.objects]
            assert paths == [path], (question, paths)
    # Nothing that the client would have to know of is in the way.
    item = collection.query.near_text(query="compute the amount including sales tax", limit=1).objects[0]
    assert item.properties["symbol"] == "add_vat" and "1 + rate" in item.properties["content"], item.properties
    found = collection.query.bm25(query="wait_before_next_try", limit=1).objects
    assert [item.properties["path"] for item in found] == ["retry.py"], found


def metadata_of(client, name, filters):
    found = client.collections.get("ELYSIA_METADATA__").query.fetch_objects(filters=filters.by_property("name").equal(name)).objects
    assert len(found) == 1, found
    return found[0].properties


def fits_what_the_client_says(client, collection, filters):
    metadata, config = metadata_of(client, collection.name, filters), collection.config.get()
    assert metadata["length"] == collection.aggregate.over_all(total_count=True).total_count, metadata
    index = config.inverted_index_config
    assert metadata["index_properties"] == {"isNullIndexed": index.index_null_state, "isLengthIndexed": index.index_property_length,
                                            "isTimestampIndexed": index.index_timestamps}, metadata
    vectors = {name: (vector.vectorizer.vectorizer.name, vector.vectorizer.source_properties)
               for name, vector in config.vector_config.items()}
    written = {vector["name"]: (vector["vectorizer"], vector["source_properties"]) for vector in metadata["named_vectors"]}
    assert written == vectors == {"default": ("TEXT2VEC_TRANSFORMERS", ["content"])}, (written, vectors)
    assert metadata.get("vectorizer") is None, metadata
    properties = {prop.name: prop.data_type.value for prop in config.properties}
    fields = {field["name"]: field["type"] for field in metadata["fields"]}
    assert fields == {name: kind for name, kind in properties.items() if name not in ("search_words", "has_vector")}, fields
    assert metadata["prompts"] and set(metadata["mappings"]) == {"generic", "table"}, metadata


def main():
    python_packages.use("weaviate-client")
    enter_private_network()
    import weaviate  # pylint: disable=import-outside-toplevel
    from weaviate.classes.query import Filter  # pylint: disable=import-outside-toplevel

    work = temporary_folder()
    home, repository = Home(work / "home"), make_repository(work / "shop")
    with Endpoint(home) as endpoint, \
            WeaviateServer(modules=["text2vec-transformers"], environment={"TRANSFORMERS_INFERENCE_API": endpoint.url}) as server:
        home.ok("cluster", "add", "team", "--url", server.url(), "--grpc", server.grpc())
        added = home.ok("repo", "add", repository.folder, "--cluster", "team", "--yes").stdout
        assert "Elysia can ask it by meaning and by words" in added, added
        node = server.nodes[0]
        with weaviate.connect_to_local(host="127.0.0.1", port=node.rest, grpc_port=node.grpc) as client:
            collection = client.collections.get("Shop")
            answers_by_meaning(collection)
            fits_what_the_client_says(client, collection, Filter)
            repository.write("parcel.py", "def weigh(parcel):\n    \"\"\"How heavy what is sent is.\"\"\"\n    return parcel.grams\n")
            repository.commit("parcels")
            assert home.json("repo", "sync", "shop")["elysia"] == "meaning"
            fits_what_the_client_says(client, collection, Filter)
            home.ok("col", "rm", "Shop", "--cluster", "team", "--yes")
            assert client.collections.list_all().keys() == {"ELYSIA_METADATA__"}
            assert not client.collections.get("ELYSIA_METADATA__").query.fetch_objects().objects
        # Without vectors there are words, and the end says what to do for more.
        home.ok("repo", "remove", "shop", "--yes")
        added = home.ok("repo", "add", repository.folder, "--cluster", "team", "--vectorizer", "none", "--yes").stdout
        assert "Elysia can ask it by words\n" in added and "elysiactl embed serve --install" in added, added
        assert "repo remove shop --delete-collection, and add it again without --vectorizer none" in added, added
        # And a vectorizer of the cluster's embeds objects and questions by itself.
        home.ok("repo", "remove", "shop", "--delete-collection", "--yes")
        home.ok("repo", "add", repository.folder, "--cluster", "team", "--vectorizer", "text2vec-transformers", "--yes")
        shown = home.json("col", "show", "Shop", "--cluster", "team")
        assert shown["dimensions"] == 384 and shown["schema"]["vectors"][0]["vectorizer"] == "text2vec-transformers", shown
        for question, path in QUESTIONS.items():
            found = home.json("search", question, "--collection", "Shop", "--cluster", "team", "--mode", "vector", "--limit", "1")
            assert [hit["path"] for hit in found] == [path], (question, found)
        refused = home.run("repo", "add", repository.folder, "--name", "other", "--cluster", "team", "--vectorizer", "text2vec-none",
                           "--yes")
        assert refused.returncode == 1 and "has no module text2vec-none" in refused.stderr, refused
        assert "text2vec-transformers" in refused.stderr, refused.stderr
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
