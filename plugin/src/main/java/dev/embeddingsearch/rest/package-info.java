/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What {@code /_plugins/_embedding} answers: actions on one node or all of them, and their way in over HTTP. Reads what the
 * other rooms offer; no key passes, and texts only back to the one who sent them.
 */
package dev.embeddingsearch.rest;
