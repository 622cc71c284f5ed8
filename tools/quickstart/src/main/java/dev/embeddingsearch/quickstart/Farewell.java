/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.quickstart;

import java.net.URI;

/** What the quickstart says last: how to go on, and how to end it. */
final class Farewell {

    private Farewell() {}

    /** @param indexer the command that runs the code indexer */
    static String text(URI openSearch, String server, String indexer) {
        return """

            OpenSearch is up at %1$s, the embedding server at %2$s.
            Search the code by meaning and words:

              %3$s search \\
                "split a string at upper case letters" --url %1$s

            The same as a query:

              curl -s '%1$scode/_search?pretty' -H 'Content-Type: application/json' -d '{
                "_source": ["path", "start_line", "container", "symbol"],
                "query": { "hybrid_match": {
                  "query": "split a string at upper case letters",
                  "fields": ["symbol^0.25", "docstring", "code"], "embedding_field": "meaning" } } }'

            Index code of your own beside it; only what changed is embedded the next time:

              %3$s index path/to/project --url %1$s --batch 16 --requests 2

            Add a document; it is embedded on its way in:

              curl -s '%1$sdocs/_doc?refresh=true&pretty' -H 'Content-Type: application/json' -d '{
                "title": "Curling", "body": "Stones slide over ice towards a target while brooms sweep." }'

            Find it by meaning alone:

              curl -s '%1$sdocs/_search?pretty' -H 'Content-Type: application/json' -d '{
                "_source": ["title", "body"], "size": 3,
                "query": { "embedding": { "field": "meaning", "text": "winter sport" } } }'

            ./quickstart stop     ends both
            ./quickstart clean    then deletes their data""".formatted(openSearch, server, indexer);
    }
}
