-- Wireshark dissector for captures that ipclens saves (link type USER0). Use it with
--   wireshark -X lua_script:ipclens.lua capture.pcapng
-- or put it into Wireshark's folder of personal Lua plugins. The layout is described in core/traffic/capture_file.h.
--
-- An answer that stands behind its message shows in the message's own row as well, when the file is read in two passes:
-- Wireshark always does, tshark with -2.

local ipclens = Proto("ipclens", "Window message (ipclens)")

local kinds = { [0] = "WM_COPYDATA", [1] = "registered" }
local reference_kinds = { [0] = "section", [1] = "pointer" }
local error_kinds = {
    [0] = "Failed", "Missing", "Refused", "WrongType", "Exists", "Invalid", "OutOfRange", "Unreadable", "Changed", "Exited",
    "TimedOut", "Cancelled", "Unsupported", "Disconnected", "Protocol",
}

-- The fields of a failure, of the message or of one of its references.
local function failure_fields(name, why)
    return {
        text = ProtoField.string(name, why),
        kind = ProtoField.uint8(name .. ".kind", "Kind", base.DEC, error_kinds),
        code = ProtoField.uint32(name .. ".code", "The system's code"),
        operation = ProtoField.string(name .. ".operation", "Operation"),
        object = ProtoField.string(name .. ".object", "Object"),
        meaning = ProtoField.string(name .. ".meaning", "Meaning"),
        hint = ProtoField.string(name .. ".hint", "Hint"),
    }
end
local failure = failure_fields("ipclens.failure", "Why")
local reference_failure = failure_fields("ipclens.reference.failure", "Why there are no bytes")

local f = {
    version = ProtoField.uint8("ipclens.version", "Version"),
    kind = ProtoField.uint8("ipclens.kind", "Kind", base.DEC, kinds),
    null = ProtoField.bool("ipclens.null", "lpData was NULL", 16, nil, 1),
    posted = ProtoField.bool("ipclens.posted", "The sender did not wait", 16, nil, 2),
    answered = ProtoField.bool("ipclens.answered", "Answered when it was written", 16, nil, 4),
    marked = ProtoField.bool("ipclens.marked", "Marked", 16, nil, 8),
    pinned = ProtoField.bool("ipclens.pinned", "Pinned", 16, nil, 16),
    goes_on = ProtoField.bool("ipclens.goes_on", "Goes on in other packets", 16, nil, 32),
    number = ProtoField.uint64("ipclens.number", "Number"),
    inbox = ProtoField.uint64("ipclens.inbox", "Inbox"),
    pid = ProtoField.uint32("ipclens.sender.pid", "Sender's process (claimed)"),
    created = ProtoField.int64("ipclens.sender.created", "Creation time of that process"),
    exe = ProtoField.string("ipclens.sender.exe", "Sender's program (claimed)"),
    title = ProtoField.string("ipclens.sender.title", "Title of the sender's window (claimed)"),
    window = ProtoField.uint64("ipclens.sender.window", "Sender window (claimed)", base.HEX),
    receiver_pid = ProtoField.uint32("ipclens.receiver.pid", "Receiver's process"),
    receiver_created = ProtoField.int64("ipclens.receiver.created", "Creation time of that process"),
    receiver_exe = ProtoField.string("ipclens.receiver.exe", "Receiver's program"),
    receiver_window = ProtoField.uint64("ipclens.receiver.window", "Receiver's window", base.HEX),
    depth = ProtoField.uint32("ipclens.depth", "Depth"),
    id = ProtoField.uint64("ipclens.data.id", "dwData"),
    message = ProtoField.uint64("ipclens.message.id", "Message number", base.HEX),
    name = ProtoField.string("ipclens.message.name", "Message name"),
    wparam = ProtoField.uint64("ipclens.wparam", "wParam", base.HEX),
    lparam = ProtoField.uint64("ipclens.lparam", "lParam", base.HEX),
    size = ProtoField.uint64("ipclens.size", "True size"),
    truncated = ProtoField.bool("ipclens.truncated", "Truncated"),
    result = ProtoField.int64("ipclens.result", "Result"),
    duration = ProtoField.int64("ipclens.duration", "Nanoseconds until the answer"),
    failed = ProtoField.bool("ipclens.failed", "No answer of the real receiver"),
    reference = ProtoField.uint8("ipclens.reference", "Refers to", base.DEC, reference_kinds),
    reference_section = ProtoField.string("ipclens.reference.section", "Section"),
    reference_pid = ProtoField.uint32("ipclens.reference.pid", "Process"),
    reference_created = ProtoField.int64("ipclens.reference.created", "Creation time of that process"),
    reference_address = ProtoField.uint64("ipclens.reference.address", "Address", base.HEX),
    reference_bytes = ProtoField.bytes("ipclens.reference.bytes", "Bytes at arrival"),
    payload = ProtoField.bytes("ipclens.payload", "Payload"),
    payload_size = ProtoField.uint64("ipclens.payload.size", "Bytes of the payload, with those in other packets"),
    answer_in = ProtoField.framenum("ipclens.answer_in", "Answered in"),
    answer_to = ProtoField.uint64("ipclens.answer", "Answer to number"),
    part_of = ProtoField.uint64("ipclens.part", "Part of number"),
    part_offset = ProtoField.uint64("ipclens.part.offset", "Where its bytes belong in that message's packet"),
    part_total = ProtoField.uint64("ipclens.part.total", "Bytes of that packet with all parts"),
    part_bytes = ProtoField.bytes("ipclens.part.bytes", "Bytes"),
}

local all = {}
for _, fields in ipairs({ f, failure, reference_failure }) do
    for _, field in pairs(fields) do
        all[#all + 1] = field
    end
end
ipclens.fields = all

local cut = ProtoExpert.new("ipclens.cut", "The message is cut short", expert.group.MALFORMED, expert.severity.ERROR)
ipclens.experts = { cut }

-- By inbox and number: the messages that were written unanswered, and, by the frame of one, what answered it.
local unanswered, answers
function ipclens.init()
    unanswered, answers = {}, {}
end

-- Adds a text, also an empty one, which has no bytes of its own.
local function add_text(tree, field, part, text)
    if part then
        tree:add(field, part, text)
    else
        tree:add(field, "")
    end
end

-- Reads fields one behind the other and stops at the header's end.
local function reader(buffer, at, stop)
    local r = { whole = true }
    function r.take(size)
        if size == 0 or at + size > stop then
            r.whole = r.whole and size == 0
            return nil
        end
        at = at + size
        return buffer(at - size, size)
    end
    function r.number(size)
        local part = r.take(size)
        return part and part:le_uint() or 0
    end
    function r.text(size)
        local part = r.take(size)
        return part, part and part:string(ENC_UTF_8) or ""
    end
    function r.rest()
        return stop - at
    end
    function r.failure(tree, fields)
        local kind, _, code = r.take(1), r.take(3), r.take(4)
        if not code then
            return
        end
        local words, parts = {}, {}
        for i = 1, 4 do
            local part, word = r.text(r.number(2))
            parts[i] = { part, word }
            if part then
                words[#words + 1] = word
            end
        end
        local item = tree:add(fields.text, kind, table.concat(words, ": "))
        item:add(fields.kind, kind)
        item:add_le(fields.code, code)
        for i, field in ipairs({ fields.operation, fields.object, fields.meaning, fields.hint }) do
            add_text(item, field, parts[i][1], parts[i][2])
        end
    end
    return r
end

local function add_references(item, r, count)
    for _ = 1, count do
        local kind = r.take(1)
        if not kind then
            break
        end
        local has_failure = r.number(1) ~= 0
        local name_size = r.number(2)
        local tree = item:add(f.reference, kind)
        local pid, created, address = r.take(4), r.take(8), r.take(8)
        local size = r.number(4)
        local part, name = r.text(name_size)
        add_text(tree, f.reference_section, part, name)
        if address then
            tree:add_le(f.reference_pid, pid)
            tree:add_le(f.reference_created, created)
            tree:add_le(f.reference_address, address)
        end
        local bytes = r.take(size)
        if bytes then
            tree:add(f.reference_bytes, bytes)
        end
        if has_failure then
            r.failure(tree, reference_failure)
        end
    end
end

-- Remembers a message that waits for its answer.
local function note_message(key, pinfo)
    unanswered[key] = unanswered[key] or {}
    table.insert(unanswered[key], { frame = pinfo.number, time = pinfo.abs_ts })
end

-- Finds the message that an answer belongs to: that of the moment which it tells, else the last before it.
local function note_answer(key, answer)
    local best, distance
    for _, message in ipairs(unanswered[key] or {}) do
        local off = answer.message_time and math.abs(message.time - answer.message_time) or 0
        if not best or off <= distance then
            best, distance = message, off
        end
    end
    if best then
        answers[best.frame] = answer
    end
end

-- What came of a message that was written before its answer.
local function dissect_answer(buffer, pinfo, tree)
    if buffer:captured_len() < 40 then
        return 0
    end
    pinfo.cols.protocol = "IPC"
    local item = tree:add(ipclens, buffer())
    item:add(f.version, buffer(4, 1))
    item:add_le(f.inbox, buffer(8, 8))
    item:add_le(f.answer_to, buffer(16, 8))
    item:add_le(f.result, buffer(24, 8))
    item:add_le(f.duration, buffer(32, 8))
    local r = reader(buffer, 40, buffer:captured_len())
    local failed = buffer(5, 1):uint() ~= 0
    if failed then
        r.failure(item, failure)
    end
    local number = tostring(buffer(16, 8):le_uint64())
    if not pinfo.visited then
        local answer = {
            frame = pinfo.number,
            result = buffer(24, 8):le_int64(),
            duration = buffer(32, 8):le_int64(),
            failure = failed and buffer(40):bytes() or nil,
        }
        if r.rest() >= 8 then
            answer.message_time = pinfo.abs_ts - r.take(8):le_int64():tonumber() / 1e9
        end
        note_answer(tostring(buffer(8, 8):le_uint64()) .. ":" .. number, answer)
    end
    pinfo.cols.info = "answer to " .. number .. ": " .. tostring(buffer(24, 8):le_int64())
    return buffer:captured_len()
end

-- Shows an answer that stands elsewhere in its message's row.
local function add_answer(item, answer)
    item:add(f.answer_in, answer.frame):set_generated()
    item:add(f.result, answer.result):set_generated()
    item:add(f.duration, answer.duration):set_generated()
    item:add(f.failed, answer.failure ~= nil):set_generated()
    if answer.failure then
        local bytes = answer.failure:tvb("Failure of the answer")
        reader(bytes, 0, bytes:captured_len()).failure(item, failure)
    end
end

-- What of a large message did not fit into its packet.
local function dissect_part(buffer, pinfo, tree)
    if buffer:captured_len() < 40 then
        return 0
    end
    pinfo.cols.protocol = "IPC"
    local item = tree:add(ipclens, buffer())
    item:add(f.version, buffer(4, 1))
    item:add_le(f.inbox, buffer(8, 8))
    item:add_le(f.part_of, buffer(16, 8))
    item:add_le(f.part_offset, buffer(24, 8))
    item:add_le(f.part_total, buffer(32, 8))
    if buffer:captured_len() > 40 then
        item:add(f.part_bytes, buffer(40))
    end
    pinfo.cols.info = "part of " .. tostring(buffer(16, 8):le_uint64())
    return buffer:captured_len()
end

-- What stands behind the names since version 2; false where it is cut short.
local function add_second(item, buffer, pinfo, at, header)
    if header < at + 56 then
        return false
    end
    local flags = buffer(6, 2):le_uint()
    local answered = math.floor(flags / 4) % 2 == 1
    for _, field in ipairs({ f.posted, f.answered, f.marked, f.pinned, f.goes_on }) do
        item:add_le(field, buffer(6, 2))
    end
    item:add_le(f.inbox, buffer(at, 8))
    item:add_le(f.receiver_window, buffer(at + 8, 8))
    item:add_le(f.receiver_pid, buffer(at + 16, 4))
    item:add_le(f.receiver_created, buffer(at + 24, 8))
    item:add_le(f.depth, buffer(at + 20, 4))
    local failed = buffer(at + 52, 2):le_uint() % 2 == 1
    if answered then
        item:add_le(f.result, buffer(at + 32, 8))
        item:add_le(f.duration, buffer(at + 40, 8))
        item:add(f.failed, buffer(at + 52, 2), failed)
    elseif not pinfo.visited then
        note_message(tostring(buffer(at, 8):le_uint64()) .. ":" .. tostring(buffer(16, 8):le_uint64()), pinfo)
    elseif answers[pinfo.number] then
        add_answer(item, answers[pinfo.number])
    end
    local r = reader(buffer, at + 56, header)
    local part, text = r.text(buffer(at + 48, 2):le_uint())
    add_text(item, f.receiver_exe, part, text)
    part, text = r.text(buffer(at + 54, 2):le_uint())
    add_text(item, f.title, part, text)
    if failed then
        r.failure(item, failure)
    end
    add_references(item, r, buffer(at + 50, 2):le_uint())
    return r.whole
end

local function add_payload(item, buffer, header)
    local kept = buffer:captured_len() - header
    local size = UInt64(kept)
    if math.floor(buffer(6, 2):le_uint() / 32) % 2 == 1 and header >= 84 then
        size = buffer(header - 8, 8):le_uint64()
        item:add_le(f.payload_size, buffer(header - 8, 8))
    end
    local null = buffer(6, 2):le_uint() % 2 == 1
    item:add(f.truncated, buffer(56, 8), not null and size < buffer(56, 8):le_uint64())
    if kept > 0 then
        item:add(f.payload, buffer(header, kept))
    end
end

local function dissect_message(buffer, pinfo, tree)
    pinfo.cols.protocol = "IPC"
    local item = tree:add(ipclens, buffer())
    local kind = buffer(5, 1):uint()
    local header = buffer(8, 4):le_uint()
    local exe_size = buffer(72, 2):le_uint()
    local name_size = buffer(74, 2):le_uint()
    item:add(f.version, buffer(4, 1))
    item:add(f.kind, buffer(5, 1))
    item:add_le(f.number, buffer(16, 8))
    item:add_le(f.pid, buffer(12, 4))
    item:add_le(f.created, buffer(64, 8))
    item:add_le(f.window, buffer(24, 8))
    item:add_le(kind == 1 and f.message or f.id, buffer(32, 8))
    item:add_le(f.wparam, buffer(40, 8))
    item:add_le(f.lparam, buffer(48, 8))
    item:add_le(f.size, buffer(56, 8))
    item:add_le(f.null, buffer(6, 2))
    -- A large message's header may go on in other packets, too.
    local here = math.min(header, buffer:captured_len())
    local names = reader(buffer, 76, here)
    local exe_part, exe = names.text(exe_size)
    local name_part, name = names.text(name_size)
    add_text(item, f.exe, exe_part, exe)
    add_text(item, f.name, name_part, name)
    local whole = names.whole and here == header
    if names.whole and buffer(4, 1):uint() >= 2 then
        whole = add_second(item, buffer, pinfo, 76 + exe_size + name_size, here) and whole
    end
    if here == header then
        add_payload(item, buffer, header)
    end
    if not whole then
        item:add_proto_expert_info(cut)
    end
    pinfo.cols.src = exe ~= "" and exe or "unknown"
    pinfo.cols.info = (kinds[kind] or ("kind " .. kind)) .. " " .. (kind == 1 and name or tostring(buffer(32, 8):le_uint64()))
    return buffer:captured_len()
end

function ipclens.dissector(buffer, pinfo, tree)
    local what = buffer:captured_len() >= 4 and buffer(0, 4):string()
    if what == "ipcm" and buffer:captured_len() >= 76 then
        return dissect_message(buffer, pinfo, tree)
    elseif what == "ipco" then
        return dissect_answer(buffer, pinfo, tree)
    elseif what == "ipcc" then
        return dissect_part(buffer, pinfo, tree)
    end
    return 0
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, ipclens)
