/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How queries, requests, responses and statistics change between versions of the plugin while nodes of several versions are
 * in one cluster. A stream tells the version of OpenSearch only, and its reader may be in another cluster. So what version
 * 0.1.0 writes stays as it is, and whatever is new follows it in {@link dev.embeddingsearch.wire.WireParts}, which are
 * written only where there are any:
 *
 * <ul>
 *   <li>A request or response ends with its parts: read them by {@code WireParts.readRest}, write them by
 *       {@code writeRest}.
 *   <li>A query or task status, which stands in the middle of a message, has a second writeable name for the form with
 *       parts, {@code WireParts.named(NAME)}. 0.2.0 reads this form and knows no part of it; a query that has one writes it
 *       in {@code WireQueryBuilder.doWriteTo}.
 *   <li>{@code NodeStats} consists of parts since 0.1.0.
 * </ul>
 *
 * <p>A reader skips parts that it does not know. A part that it must not skip, because the answer would be wrong without,
 * needs the next {@code WireParts.VERSION}: older readers then refuse the whole. Whoever adds one makes the coordinating
 * node refuse it, with a sentence, while a node without it is in the cluster.
 */
package dev.embeddingsearch.wire;
