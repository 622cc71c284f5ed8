/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.rest;

import dev.embeddingsearch.embedding.Embedder;
import dev.embeddingsearch.model.Models;

/**
 * What the actions of one node work with.
 *
 * @param client asks the service for every text
 * @param embedder asks it only for those that are not in the cache
 */
public record NodeServices(Models models, Embedder client, Embedder embedder, NodeCounters counters) {}
