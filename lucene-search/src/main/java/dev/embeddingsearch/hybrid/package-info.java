/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One score of BM25 and cosine: {@code score(d) = (1 - w) * lexical(d) + w * vector(d)}, complete for every hit. {@link
 * dev.embeddingsearch.hybrid.HybridQuery} has the formulas. This page is how the best hits are found without scoring every
 * document.
 *
 * <p><b>Algorithm.</b> Fagin's threshold algorithm with lower and upper bounds (R. Fagin, A. Lotem, M. Naor: Optimal
 * aggregation algorithms for middleware, JCSS 66, 2003). One list is sorted by similarity: the kNN search, which can be
 * extended. The other is the lexical query, which Lucene walks by document and which can skip low scores. An example with
 * {@code w = .5}, two wanted hits, and a kNN search for two documents that also compared {@code c}. Column {@code vector} is
 * the calibrated score, as all bounds here are:
 *
 * <pre>
 *      lexical  vector               score
 *  a     .2      .9   kNN hit           .55       exact: the kNN search has compared its stored vector
 *  b     .0      .8   kNN hit           .40       exact
 *  c     .8    .5-.6  extra candidate   .65-.70   bounds by its quantized vector; read, since .70 may be among the best two
 *  d     .9    &lt; .5   unseen            &lt; .70     its words reach the threshold: read when the lexical query returns it
 *  e     .3    &lt; .5   unseen            &lt; .40     ruled out; its vector is never read
 * </pre>
 *
 * <ol>
 *   <li>The kNN search returns its hits and the extra candidates that it compared on the way. No other document is more
 *       similar than the last one it compared: {@code UnseenBound}, calibrated .5 here.
 *   <li>{@code CandidateBounds} scores the candidates: exactly where the kNN search did, otherwise from the quantized vector
 *       with its error. {@code TopCandidates} reads the stored vectors of those whose upper bound may be among the {@code k}
 *       best. The {@code k}-th best score, here .55, is the threshold.
 *   <li>{@code Threshold} turns it into the lexical score that an unseen document needs, here .6. The lexical scorer skips
 *       below that. A match that reaches it is compared by its quantized vector ({@code QuantizedBounds}), and its stored
 *       vector is read only where the upper bound still reaches the threshold.
 *   <li>Where many lexical matches would have to be compared, {@code CandidateExpansion} extends the kNN search first: a
 *       smaller {@code UnseenBound} rules more of them out.
 * </ol>
 *
 * <p>{@code HybridWeight} belongs to a shard, {@code HybridSearch} is what its segments share, {@code LeafLegs} is one
 * segment. {@code HybridScorer} and {@code HybridBulkScorer} walk the documents.
 */
package dev.embeddingsearch.hybrid;
