/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The built plugin, installed in the real distribution and driven over HTTP. Nothing here reaches into OpenSearch or into
 * the plugin; vectors come from a scripted service or from the project's local server.
 */
package dev.embeddingsearch.integtests;
