'use strict';
(function (root) { function a() {} root.b = function () {}; })(this);
module.exports = { a() {}, b: function () {} };
exports.c = async () => {};
A.prototype.d = function d() {};
class A { static x = 1; #y() {} z = () => {}; get q() { return 1; } }
const C = class extends B {};
function* gen() {}
export default class {}
const X = () => <div a={1}>t</div>;
describe("it", () => { it("works", async () => {}); });
