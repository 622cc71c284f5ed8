/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The embedding models that a cluster may call: their settings, secrets, and the catalog of well-known ids. Nothing here uses
 * HTTP or another package of the plugin.
 */
package dev.embeddingsearch.model;
