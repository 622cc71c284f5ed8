/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rank;

/**
 * Reciprocal rank fusion, scaled to [0, 1]: with w the weight of the vector leg and c the rank constant,
 *
 * <pre>score = (1 - w) * (c + 1) / (c + lexical rank) + w * (c + 1) / (c + vector rank)</pre>
 *
 * (G. V. Cormack, C. L. A. Clarke, S. Büttcher: Reciprocal rank fusion outperforms Condorcet and individual rank learning
 * methods, SIGIR 2009). A list without the document adds 0. A document that is first in both lists has a score of 1.
 *
 * @param vectorWeight weight of the vector leg, 0 to 1; the lexical leg has the rest
 * @param rankConstant the larger, the less a rank differs from the next, at least 1
 */
public record RankFusion(float vectorWeight, int rankConstant) {

    public RankFusion {
        if (!(vectorWeight >= 0 && vectorWeight <= 1)) {
            throw new IllegalArgumentException(
                    "[vector_weight] expects a number from 0 to 1, got [" + vectorWeight + "]");
        }
        if (rankConstant < 1) {
            throw new IllegalArgumentException(
                    "[rank_constant] expects an integer of at least 1, got [" + rankConstant + "]");
        }
    }

    public float score(Ranks ranks) {
        return (float) (lexicalPart(ranks) + vectorPart(ranks));
    }

    double lexicalPart(Ranks ranks) {
        return (1 - (double) vectorWeight) * worth(ranks.lexical());
    }

    double vectorPart(Ranks ranks) {
        return vectorWeight * worth(ranks.vector());
    }

    /** 1 for the first rank, falling towards 0; 0 for a document that is not in the list. */
    double worth(int rank) {
        return rank == 0 ? 0 : (rankConstant + 1.0) / ((double) rankConstant + rank);
    }
}
