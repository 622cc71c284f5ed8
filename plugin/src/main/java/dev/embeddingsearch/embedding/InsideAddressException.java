/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.net.UnknownHostException;

/** A host name led to an address that is not on the public net and that the allow-list does not name. */
final class InsideAddressException extends UnknownHostException {

    InsideAddressException(String host) {
        super("host [" + host + "] resolves to a private, loopback or otherwise inside address; if the service is meant"
                + " to be there, name the host in full in [embedding.url_allowlist]");
    }
}
