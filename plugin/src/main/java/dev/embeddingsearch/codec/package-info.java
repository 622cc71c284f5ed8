/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Gives {@code embedding} fields their vectors format and leaves every other part of an index's codec as it was, but for
 * documents that are stored without their vectors.
 */
package dev.embeddingsearch.codec;
