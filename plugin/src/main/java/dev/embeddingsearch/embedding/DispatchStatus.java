/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * How one model's calls stand on this node.
 *
 * @param queuedInputs texts that wait for a call or for its next attempt
 * @param queuedBytes memory of all texts and vectors without an answer yet, those in flight too
 * @param inFlight calls under way
 * @param breaker {@code closed}, {@code open} or {@code half_open}
 * @param rejections requests rejected so far because there was no room for them
 */
public record DispatchStatus(int queuedInputs, long queuedBytes, int inFlight, String breaker, long rejections) {}
