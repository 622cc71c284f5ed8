/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

/**
 * State of the calls of one model on this node.
 *
 * @param queuedInputs texts that wait for a call or for its next attempt
 * @param queuedBytes memory of all texts and vectors whose request has no answer yet, including those in flight
 * @param inFlight calls in flight
 * @param breaker {@code closed}, {@code open} or {@code half_open}
 * @param rejections requests that were rejected so far because the queue was full
 */
public record DispatchStatus(int queuedInputs, long queuedBytes, int inFlight, String breaker, long rejections) {}
