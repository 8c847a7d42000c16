#!/usr/bin/env python3
"""The real Elysia, without a language model, over a repository that `repo add` has put into a Weaviate: it lists the collection as
preprocessed, opens its page, its query calls find a given function by meaning and by words, it would not cut texts up; what it
measures itself is what we wrote, and what its user edits survives a sync."""

import asyncio
import os
import shutil
import sys
import warnings

import python_packages
from near_text_test import FILES, Endpoint, make_repository
from support import Home, temporary_folder
from weaviate_servers import WeaviateServer, enter_private_network

QUESTION = "compute the amount including sales tax"


class OneUser:
    """What its web service knows of its user."""

    def __init__(self, client_manager):
        self.client_manager = client_manager

    async def get_user_local(self, _):
        return {"client_manager": self.client_manager}


def set_variables(server, folder):
    """As doc/elysia.md says, and what keeps it from asking the network."""
    for name in list(os.environ):
        if name.startswith(("WEAVIATE_", "WCD_", "CUSTOM_", "LOCAL_WEAVIATE_")):
            del os.environ[name]
    node = server.nodes[0]
    os.environ |= {"WEAVIATE_IS_LOCAL": "True", "WCD_URL": "localhost", "LOCAL_WEAVIATE_PORT": str(node.rest),
                   "LOCAL_WEAVIATE_GRPC_PORT": str(node.grpc), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "HOME": str(folder)}
    # It loads a model of spaCy's by this name, from the folder that it runs in too; only the tokenizer is needed here.
    os.chdir(folder)
    import spacy  # pylint: disable=import-outside-toplevel
    spacy.blank("en").to_disk("en_core_web_sm")


async def answer_of(route, *arguments):
    import json  # pylint: disable=import-outside-toplevel
    answer = await route(*arguments)
    assert answer.status_code == 200, answer.body
    return json.loads(answer.body)


async def lists_and_pages(manager):
    from elysia.api.api_types import ViewPaginatedCollectionData
    from elysia.api.routes.collections import collections_list, view_paginated_collection
    listed = (await answer_of(collections_list, "user", OneUser(manager)))["collections"]
    assert [item["name"] for item in listed] == ["Shop"], listed
    shop = listed[0]
    assert shop["processed"] and not shop["error"] and shop["prompts"] and shop["total"] >= len(FILES), shop
    assert shop["vectorizer"]["fields"]["content"][0]["vectorizer"] == "TEXT2VEC_TRANSFORMERS", shop

    async def page(**wanted):
        data = ViewPaginatedCollectionData(page_size=50, page_number=1, **wanted)
        return (await answer_of(view_paginated_collection, "user", "Shop", data, OneUser(manager)))["items"]

    assert len(await page()) == shop["total"]
    assert {item["path"] for item in await page()} == set(FILES)
    assert (await page(query="add_vat"))[0]["path"] == "billing.py"
    only = {"type": "all", "filters": [{"field": "path", "operator": "equal", "value": "retry.py"}]}
    assert {item["path"] for item in await page(filter_config=only)} == {"retry.py"}


async def queries(manager):
    """As the tree's query tool calls, with what a language model would have chosen."""
    from elysia.tools.retrieval.query import Query
    from elysia.tools.retrieval.util import QueryOutput, execute_weaviate_query
    from elysia.tree.objects import CollectionData
    data = CollectionData(collection_names=[])
    assert await data.set_collection_names(["Shop"], manager) == ["Shop"] and not data.removed_collections, data.removed_collections
    schemas = data.output_full_metadata(with_mappings=True)
    shop = schemas["Shop"]
    assert shop["vectorizer"] is None or shop["vectorizer"] == "None", shop["vectorizer"]
    fields_to_search = {"Shop": [vector["name"] for vector in shop["named_vectors"] if vector["enabled"]]}
    types = {"Shop": {field["name"]: field["type"] for field in shop["fields"]}}
    for kind, question in (("vector", QUESTION), ("hybrid", QUESTION), ("keyword", "add_vat")):
        wanted = QueryOutput(target_collections=["Shop"], search_type=kind, search_query=question, limit=1)
        async with manager.connect_to_async_client() as client:
            found, _ = await execute_weaviate_query(client, wanted, named_vector_fields=fields_to_search, property_types=types,
                                                    schema=schemas)
        assert [item.properties["symbol"] for item in found[0].objects] == ["add_vat"], (kind, found)
    for shown_as in shop["mappings"]:
        assert not Query()._evaluate_needs_chunking(shown_as, "hybrid", shop), shown_as  # pylint: disable=protected-access
    return shop


async def measures_the_same(manager, shop):
    # pylint: disable=protected-access
    from elysia.preprocessing import collection as preprocessing
    from elysia.util.collection import async_get_collection_data_types
    async with manager.connect_to_async_client() as client:
        shop_collection = client.collections.get("Shop")
        properties = await async_get_collection_data_types(client, "Shop")
        objects = [item.properties for item in (await shop_collection.query.fetch_objects(limit=100)).objects]
        assert await preprocessing._evaluate_index_properties(shop_collection) == shop["index_properties"]
        for field in shop["fields"]:
            if field["type"] == "int":  # it would have the server add up lines, which have no index for that
                values = [item[field["name"]] for item in objects]
                assert field["range"] == [min(values), max(values)], (values, field)
                assert abs(field["mean"] - sum(values) / len(values)) < 1e-6, (values, field)
                continue
            theirs = await preprocessing._evaluate_field_statistics(shop_collection, properties, field["name"], len(objects), objects)
            assert theirs["type"] == field["type"], (theirs, field)
            groups = [{(group["value"], group["count"]) for group in one.get("groups") or []} for one in (theirs, field)]
            if field["name"] != "content":  # whole texts are no groups to us
                assert groups[0] == groups[1], (theirs, field)
            if field["type"] == "text":
                # Ours count rather more tokens, where the mean is more than a few.
                assert theirs["mean"] <= field["mean"] + 3 <= 400, (theirs, field)


async def edits_survive(manager, sync):
    from elysia.preprocessing.collection import edit_preprocessed_collection_async, view_preprocessed_collection_async
    before = await view_preprocessed_collection_async("Shop", manager)
    await edit_preprocessed_collection_async("Shop", manager, summary="My own words", fields=[
        {"name": "path", "description": "Where it is"}])
    await asyncio.to_thread(sync)
    after = await view_preprocessed_collection_async("Shop", manager)
    assert after["length"] == before["length"] + 1, (before["length"], after["length"])
    assert after["summary"] == "My own words" and after["mappings"].keys() == before["mappings"].keys(), after
    descriptions = {field["name"]: field["description"] for field in after["fields"]}
    assert descriptions["path"] == "Where it is", descriptions


async def all_of_it(sync):
    from elysia.preprocessing.collection import preprocessed_collection_exists_async
    from elysia.util.client import ClientManager
    manager = ClientManager()
    try:
        await manager.start_clients()
        assert await preprocessed_collection_exists_async("Shop", manager)
        await lists_and_pages(manager)
        await measures_the_same(manager, await queries(manager))
        await edits_survive(manager, sync)
    finally:
        await manager.close_clients()


def main():
    python_packages.use("elysia-ai")
    enter_private_network()
    warnings.simplefilter("ignore")
    work = temporary_folder()
    home, repository = Home(work / "home"), make_repository(work / "shop")
    with Endpoint(home) as endpoint, \
            WeaviateServer(modules=["text2vec-transformers"], environment={"TRANSFORMERS_INFERENCE_API": endpoint.url}) as server:
        home.ok("cluster", "add", "team", "--url", server.url(), "--grpc", server.grpc())
        home.ok("repo", "add", repository.folder, "--cluster", "team", "--yes")
        (work / "elysia").mkdir()
        set_variables(server, work / "elysia")

        def sync():
            repository.write("parcel.py", "def weigh(parcel):\n    return parcel.grams\n")
            repository.commit("parcels")
            assert home.json("repo", "sync", "shop")["elysia"] == "meaning"

        asyncio.run(all_of_it(sync))
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
