/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding;

import java.net.InetAddress;
import java.net.Proxy;
import java.net.Socket;
import javax.net.SocketFactory;

/**
 * Makes sockets that connect to where they are told. A plain {@link Socket} asks the JVM for a SOCKS proxy first, even
 * where the HTTP client is told to use no proxy.
 */
final class DirectSockets extends SocketFactory {

    @Override
    public Socket createSocket() {
        return new Socket(Proxy.NO_PROXY);
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw connected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
        throw connected();
    }

    /** Names would be resolved here, behind the back of {@link AddressGuard}. */
    private static UnsupportedOperationException connected() {
        return new UnsupportedOperationException("expected a request for a socket that is not connected yet");
    }
}
