/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import org.apache.lucene.search.Explanation;

/** Explanations of the parts of a score. */
final class LegExplanations {

    private LegExplanations() {}

    /**
     * @param raw how the lexical query explains its score
     */
    static Explanation lexical(LegScores.Lexical leg, Explanation raw) {
        if (!leg.matches()) {
            return Explanation.match(0f, "lexical leg: no match", raw);
        }
        return Explanation.match(
                (float) leg.weight() * (float) leg.score(),
                "lexical leg, product of:",
                Explanation.match((float) leg.weight(), "weight"),
                Explanation.match(
                        (float) leg.score(),
                        "normalised, computed as score / bound from:",
                        raw,
                        Explanation.match((float) leg.bound(), "bound: no document's score exceeds it")));
    }

    /** The explanation of a document that neither leg matches. */
    static Explanation unmatched(LegScores.Vector leg, String field) {
        return leg.exists()
                ? Explanation.noMatch(
                        "vector leg: not among the nearest",
                        Explanation.match((float) leg.raw(), "exact similarity with field [" + field + "]"))
                : Explanation.noMatch("vector leg: no vector in field [" + field + "]");
    }

    static Explanation vector(LegScores.Vector leg, String field, Calibration calibration) {
        if (!leg.exists()) {
            return Explanation.match(0f, "vector leg: no vector in field [" + field + "]");
        }
        String origin = leg.rank() > 0
                ? "number " + leg.rank() + " of the nearest"
                : "not among the nearest, compared because it is a lexical match";
        return Explanation.match(
                (float) leg.weight() * (float) leg.score(),
                "vector leg, product of:",
                Explanation.match((float) leg.weight(), "weight"),
                Explanation.match(
                        (float) leg.score(),
                        "normalised, computed as " + calibration.formula() + " from:",
                        Explanation.match((float) leg.raw(), "exact similarity with field [" + field + "], " + origin),
                        Explanation.match((float) leg.mean(), "mean: mean similarity of the query"),
                        Explanation.match((float) leg.range(), "range: distance from the mean that counts fully")));
    }
}
