/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How queries, requests, responses and statistics change from version to version of the plugin, while nodes of several
 * versions are in one cluster. A stream knows the version of OpenSearch only, and its reader may be in another cluster. So
 * the bytes of version 0.1.0 stay as they are, and everything new follows them as {@link dev.embeddingsearch.wire.WireParts},
 * which are written only where there are any:
 *
 * <ul>
 *   <li>The parts of a request or response stand at the end of its message: {@code readRest}, {@code writeRest}. Responses of
 *       nodes also stand in a list, so they need the form of {@code NodeStats}.
 *   <li>A query or a task status stands in the middle of a message. With parts it has another writeable name,
 *       {@code WireParts.named(NAME)}, which 0.2.0 reads without knowing a part. To add one to a query, read it from
 *       {@code WireQueryBuilder.readParts}, and write it and this name where the query has it.
 *   <li>{@code NodeStats} consists of parts since 0.1.0: add another.
 * </ul>
 *
 * <p>A reader skips parts that it does not know. A part without which a result would be wrong raises the required version of
 * the messages that have it, and of no other, so that older nodes refuse these; the coordinating node should refuse the request
 * before, while the cluster has a node of an older version.
 */
package dev.embeddingsearch.wire;
