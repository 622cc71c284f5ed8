/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.VectorUtil;

/** Recall and CPU time of searches: by candidates, by how many of them are compared exactly, and under filters. */
final class VectorSearches {

    private static final int K = 10;
    private static final int[] CANDIDATES = {50, 100, 200};
    private static final int[] RESCORED = {10, 20, 30, 50, 75, 100, 150, 200, 300, 400};
    /** Parts of a thousand that a filter leaves. */
    private static final int[] PASSING = {500, 100, 10, 1};

    private final ClusteredVectors vectors;
    private final Map<String, List<Set<Integer>>> truths = new HashMap<>();
    private final List<String> byCandidates = new ArrayList<>();
    private final List<String> byRescored = new ArrayList<>();
    private final List<String> filtered = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    VectorSearches(ClusteredVectors vectors) {
        this.vectors = vectors;
    }

    /** What one run of all queries gave. */
    private record Figures(double recall, double microseconds, int fewest) {
        String print() {
            return String.format(Locale.ROOT, " %.3f / %.0f |", recall, microseconds);
        }
    }

    private record Setting(int k, int candidates, int rescored, int passing) {}

    void measureIngested(VectorLayout layout, DirectoryReader reader) throws IOException {
        StringBuilder row = new StringBuilder("| " + layout.title() + ", after ingest |");
        byCandidates(layout, reader, row);
    }

    void measureMerged(VectorLayout layout, DirectoryReader reader) throws IOException {
        byCandidates(layout, reader, new StringBuilder("| " + layout.title() + ", one segment |"));
        if (layout.rescores()) {
            for (int k : new int[] {K, 100}) {
                StringBuilder row = new StringBuilder("| " + layout.title() + ", k " + k + " |");
                for (int rescored : RESCORED) {
                    row.append(
                            rescored < k
                                    ? " |"
                                    : run(layout, reader, new Setting(k, 400, rescored, 1_000))
                                            .print());
                }
                byRescored.add(row.toString());
            }
        }
        StringBuilder row = new StringBuilder("| " + layout.title() + " |");
        for (int passing : PASSING) {
            Figures figures = run(layout, reader, new Setting(K, 100, rescored(layout, 100), passing));
            row.append(figures.print()).append(' ').append(figures.fewest()).append(" |");
        }
        filtered.add(row.toString());
        for (LeafReaderContext leaf : reader.leaves()) {
            errors.add("| " + layout.title() + " |" + errors(leaf.reader()));
        }
    }

    /** By how much cosines of all queries with all documents differ from those of the numbers given. */
    private String errors(LeafReader reader) throws IOException {
        double largest = 0;
        double sum = 0;
        FloatVectorValues stored = reader.getFloatVectorValues(VectorLayout.FIELD);
        NumericDocValues numbers = reader.getNumericDocValues(VectorBuild.NUMBER);
        for (int ord = 0; ord < stored.size(); ord++) {
            numbers.advanceExact(stored.ordToDoc(ord));
            float[] given = vectors.documents()[(int) numbers.longValue()];
            for (float[] query : vectors.queries()) {
                double error = Math.abs(
                        VectorUtil.dotProduct(stored.vectorValue(ord), query) - VectorUtil.dotProduct(given, query));
                largest = Math.max(largest, error);
                sum += error;
            }
        }
        double mean = sum / stored.size() / vectors.queries().length;
        return String.format(Locale.ROOT, " %.7f | %.7f |", largest, mean);
    }

    private void byCandidates(VectorLayout layout, DirectoryReader reader, StringBuilder row) throws IOException {
        for (int candidates : CANDIDATES) {
            row.append(run(layout, reader, new Setting(K, candidates, rescored(layout, candidates), 1_000))
                    .print());
        }
        byCandidates.add(row.toString());
    }

    private static int rescored(VectorLayout layout, int candidates) {
        return layout.rescores() ? Math.min(candidates, 50) : K;
    }

    /** Once to warm up, once to measure. */
    private Figures run(VectorLayout layout, DirectoryReader reader, Setting setting) throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        once(layout, searcher, setting);
        return once(layout, searcher, setting);
    }

    private Figures once(VectorLayout layout, IndexSearcher searcher, Setting setting) throws IOException {
        int documents = vectors.documents().length;
        int passing = (int) ((long) documents * setting.passing() / 1_000);
        // Documents come in random order, so the first of them are any.
        Query filter = passing == documents ? null : IntPoint.newRangeQuery(VectorBuild.NUMBER, 0, passing - 1);
        List<Set<Integer>> truth =
                truths.computeIfAbsent(setting.k() + "/" + passing, key -> truth(setting.k(), passing));
        int found = 0;
        int possible = 0;
        int fewest = Integer.MAX_VALUE;
        double seconds = 0;
        for (int i = 0; i < vectors.queries().length; i++) {
            Query query =
                    layout.query(vectors.queries()[i], filter, setting.k(), setting.candidates(), setting.rescored());
            double start = VectorBuild.cpuSeconds();
            ScoreDoc[] hits = searcher.search(query, setting.k()).scoreDocs;
            seconds += VectorBuild.cpuSeconds() - start;
            for (ScoreDoc hit : hits) {
                found += truth.get(i).contains(number(searcher, hit.doc)) ? 1 : 0;
            }
            possible += truth.get(i).size();
            fewest = Math.min(fewest, hits.length);
        }
        return new Figures((double) found / possible, 1e6 * seconds / vectors.queries().length, fewest);
    }

    private List<Set<Integer>> truth(int k, int passing) {
        List<Set<Integer>> truth = new ArrayList<>();
        for (float[] query : vectors.queries()) {
            truth.add(vectors.nearest(query, k, document -> document < passing));
        }
        return truth;
    }

    private static int number(IndexSearcher searcher, int doc) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        NumericDocValues numbers = leaf.reader().getNumericDocValues(VectorBuild.NUMBER);
        if (numbers == null || !numbers.advanceExact(doc - leaf.docBase)) {
            throw new IllegalStateException("document [" + doc + "] has no number");
        }
        return (int) numbers.longValue();
    }

    void print(PrintStream out) {
        out.println("\nRecall@10 / µs of CPU a query, by `num_candidates`:\n");
        out.println("| layout | 50 | 100 | 200 |\n|---|---|---|---|");
        byCandidates.forEach(out::println);
        out.println("\nRecall@k / µs, 400 candidates, by how many of them are compared exactly:\n");
        out.print("| layout |");
        for (int rescored : RESCORED) {
            out.print(" " + rescored + " |");
        }
        out.println("\n|" + "---|".repeat(RESCORED.length + 1));
        byRescored.forEach(out::println);
        out.println("\nRecall@10 / µs, fewest hits of 10, under filters, 100 candidates:\n");
        out.println("| layout | 50% pass | | 10% | | 1% | | 0.1% | |\n|---|---|---|---|---|---|---|---|---|");
        filtered.forEach(out::println);
        out.println("\nCosines off by:\n");
        out.println("| layout | largest | mean |\n|---|---|---|");
        errors.forEach(out::println);
    }
}
