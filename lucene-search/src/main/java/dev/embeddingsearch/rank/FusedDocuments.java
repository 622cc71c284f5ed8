/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.IOFunction;

/** The documents of one reader that are the best by their fused ranks. */
final class FusedDocuments {

    private static final Comparator<RankedWeight.Found> BY_DOCUMENT =
            Comparator.comparingInt(RankedWeight.Found::document);

    /** In order of document. */
    private final List<RankedWeight.Found> documents;

    private FusedDocuments(List<RankedWeight.Found> documents) {
        this.documents = documents;
    }

    /**
     * The best {@code size} documents; of equal scores those with the smaller ids. Only ids that decide are read.
     *
     * @param lexical hits of the lexical leg, best first
     * @param vector hits of the vector leg, best first
     * @param ids the id of a document
     */
    static FusedDocuments of(
            ScoreDoc[] lexical, ScoreDoc[] vector, RankFusion fusion, int size, IOFunction<Integer, String> ids)
            throws IOException {
        Map<Integer, Ranks> ranks = new HashMap<>();
        for (int i = 0; i < lexical.length; i++) {
            ranks.put(lexical[i].doc, new Ranks(i + 1, 0));
        }
        for (int i = 0; i < vector.length; i++) {
            ranks.merge(
                    vector[i].doc, new Ranks(0, i + 1), (found, added) -> new Ranks(found.lexical(), added.vector()));
        }
        List<RankedWeight.Found> all = new ArrayList<>(ranks.size());
        ranks.forEach((document, both) -> all.add(new RankedWeight.Found(document, both)));
        if (all.size() > size) {
            all.sort(Comparator.comparingDouble(found -> -fusion.score(found.ranks())));
            sortTies(all, size, fusion, ids);
            all.subList(size, all.size()).clear();
        }
        all.sort(BY_DOCUMENT);
        return new FusedDocuments(all);
    }

    /** Sorts, by their ids, those that have the score of the last document kept, if it is also that of the next. */
    private static void sortTies(
            List<RankedWeight.Found> all, int size, RankFusion fusion, IOFunction<Integer, String> ids)
            throws IOException {
        float last = fusion.score(all.get(size - 1).ranks());
        int from = size - 1;
        while (from > 0 && fusion.score(all.get(from - 1).ranks()) == last) {
            from--;
        }
        int to = size;
        while (to < all.size() && fusion.score(all.get(to).ranks()) == last) {
            to++;
        }
        if (to > size) {
            Map<RankedWeight.Found, String> read = new HashMap<>();
            for (RankedWeight.Found tied : all.subList(from, to)) {
                read.put(tied, ids.apply(tied.document()));
            }
            all.subList(from, to).sort(Comparator.comparing(read::get));
        }
    }

    int count() {
        return documents.size();
    }

    /** Those of one segment, by their numbers there. */
    List<RankedWeight.Found> in(LeafReaderContext leaf) {
        int from = from(leaf.docBase);
        int to = from(leaf.docBase + leaf.reader().maxDoc());
        return documents.subList(from, to).stream()
                .map(found -> new RankedWeight.Found(found.document() - leaf.docBase, found.ranks()))
                .toList();
    }

    /** The place of the first document not before {@code document}. */
    private int from(int document) {
        int place = Collections.binarySearch(documents, new RankedWeight.Found(document, new Ranks(1, 0)), BY_DOCUMENT);
        return place < 0 ? -place - 1 : place;
    }
}
