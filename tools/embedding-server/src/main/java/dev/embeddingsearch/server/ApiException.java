/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.server;

/** A request that is refused: carries all that OpenAI's error body tells. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String param;
    private final String code;

    /**
     * @param param the request's parameter at fault, or null
     * @param code OpenAI's word for this error, or null
     */
    ApiException(int status, String param, String code, String message) {
        super(message);
        this.status = status;
        this.param = param;
        this.code = code;
    }

    static ApiException badRequest(String param, String message) {
        return new ApiException(400, param, null, message);
    }

    int status() {
        return status;
    }

    String param() {
        return param;
    }

    String code() {
        return code;
    }

    /** OpenAI knows two kinds that matter here: the caller's fault and the server's. */
    String type() {
        return status >= 500 ? "server_error" : "invalid_request_error";
    }
}
