-- Queue.
local Queue = {}

-- Makes one.
function Queue.new()
  return setmetatable({}, Queue)
end

Queue.push = function(self, item)
  if item then
    table.insert(self, item)
  end
end

local function helper() return 1 end

return Queue
