-- Wireshark dissector for captures that ipclens saves (link type USER0). Use it with
--   wireshark -X lua_script:ipclens.lua capture.pcapng
-- or put it into Wireshark's folder of personal Lua plugins. The layout is described in core/traffic/capture_file.h.

local ipclens = Proto("ipclens", "Window message (ipclens)")

local kinds = { [0] = "WM_COPYDATA", [1] = "registered" }
local reference_kinds = { [0] = "section", [1] = "pointer" }
local f = {
    version = ProtoField.uint8("ipclens.version", "Version"),
    kind = ProtoField.uint8("ipclens.kind", "Kind", base.DEC, kinds),
    null = ProtoField.bool("ipclens.null", "lpData was NULL", 16, nil, 1),
    posted = ProtoField.bool("ipclens.posted", "The sender did not wait", 16, nil, 2),
    answered = ProtoField.bool("ipclens.answered", "Answered", 16, nil, 4),
    marked = ProtoField.bool("ipclens.marked", "Marked", 16, nil, 8),
    pinned = ProtoField.bool("ipclens.pinned", "Pinned", 16, nil, 16),
    number = ProtoField.uint64("ipclens.number", "Number"),
    inbox = ProtoField.uint64("ipclens.inbox", "Inbox"),
    pid = ProtoField.uint32("ipclens.sender.pid", "Sender's process (claimed)"),
    exe = ProtoField.string("ipclens.sender.exe", "Sender's program (claimed)"),
    title = ProtoField.string("ipclens.sender.title", "Title of the sender's window (claimed)"),
    window = ProtoField.uint64("ipclens.sender.window", "Sender window (claimed)", base.HEX),
    receiver_pid = ProtoField.uint32("ipclens.receiver.pid", "Receiver's process"),
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
    duration = ProtoField.uint64("ipclens.duration", "Nanoseconds until the answer"),
    failed = ProtoField.bool("ipclens.failed", "No answer of the real receiver"),
    failure = ProtoField.string("ipclens.failure", "Why"),
    reference = ProtoField.uint8("ipclens.reference", "Refers to", base.DEC, reference_kinds),
    reference_section = ProtoField.string("ipclens.reference.section", "Section"),
    reference_pid = ProtoField.uint32("ipclens.reference.pid", "Process"),
    reference_address = ProtoField.uint64("ipclens.reference.address", "Address", base.HEX),
    reference_bytes = ProtoField.bytes("ipclens.reference.bytes", "Bytes at arrival"),
    answer_to = ProtoField.uint64("ipclens.answer", "Answer to number"),
    payload = ProtoField.bytes("ipclens.payload", "Payload"),
}
ipclens.fields = f

local cut = ProtoExpert.new("ipclens.cut", "The message is cut short", expert.group.MALFORMED, expert.severity.ERROR)
ipclens.experts = { cut }

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
    function r.failure(tree)
        r.take(8)
        local words = {}
        local first, last
        for _ = 1, 4 do
            local part, word = r.text(r.number(2))
            if part then
                first = first or part
                words[#words + 1] = word
            end
        end
        if first then
            tree:add(f.failure, first, table.concat(words, ": "))
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
        local pid, _, address = r.take(4), r.take(8), r.take(8)
        local size = r.number(4)
        local part, name = r.text(name_size)
        if part then
            tree:add(f.reference_section, part, name)
        end
        if pid and address and kind:uint() == 1 then
            tree:add_le(f.reference_pid, pid)
            tree:add_le(f.reference_address, address)
        end
        local bytes = r.take(size)
        if bytes then
            tree:add(f.reference_bytes, bytes)
        end
        if has_failure then
            r.failure(tree)
        end
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
    if buffer(5, 1):uint() ~= 0 then
        reader(buffer, 40, buffer:captured_len()).failure(item)
    end
    pinfo.cols.info = "answer to " .. tostring(buffer(16, 8):le_uint64()) .. ": " .. tostring(buffer(24, 8):le_int64())
    return buffer:captured_len()
end

-- What stands behind the names since version 2; false where it is cut short.
local function add_second(item, buffer, at, header)
    if header < at + 56 then
        return false
    end
    local answered = math.floor(buffer(6, 2):le_uint() / 4) % 2 == 1
    item:add_le(f.posted, buffer(6, 2))
    item:add_le(f.answered, buffer(6, 2))
    item:add_le(f.marked, buffer(6, 2))
    item:add_le(f.pinned, buffer(6, 2))
    item:add_le(f.inbox, buffer(at, 8))
    item:add_le(f.receiver_window, buffer(at + 8, 8))
    item:add_le(f.receiver_pid, buffer(at + 16, 4))
    item:add_le(f.depth, buffer(at + 20, 4))
    if answered then
        item:add_le(f.result, buffer(at + 32, 8))
        item:add_le(f.duration, buffer(at + 40, 8))
    end
    local r = reader(buffer, at + 56, header)
    local part, text = r.text(buffer(at + 48, 2):le_uint())
    if part then
        item:add(f.receiver_exe, part, text)
    end
    part, text = r.text(buffer(at + 54, 2):le_uint())
    if part then
        item:add(f.title, part, text)
    end
    local failed = buffer(at + 52, 2):le_uint() % 2 == 1
    item:add(f.failed, buffer(at + 52, 2), failed)
    if failed then
        r.failure(item)
    end
    add_references(item, r, buffer(at + 50, 2):le_uint())
    return r.whole
end

function ipclens.dissector(buffer, pinfo, tree)
    if buffer:captured_len() >= 4 and buffer(0, 4):string() == "ipco" then
        return dissect_answer(buffer, pinfo, tree)
    end
    if buffer:captured_len() < 76 or buffer(0, 4):string() ~= "ipcm" then
        return 0
    end
    pinfo.cols.protocol = "IPC"
    local item = tree:add(ipclens, buffer())
    local registered = buffer(5, 1):uint() == 1
    local header = buffer(8, 4):le_uint()
    local exe_size = buffer(72, 2):le_uint()
    local name_size = buffer(74, 2):le_uint()
    item:add(f.version, buffer(4, 1))
    item:add(f.kind, buffer(5, 1))
    item:add_le(f.number, buffer(16, 8))
    if header > buffer:captured_len() or header < 76 + exe_size + name_size then
        item:add_proto_expert_info(cut)
        return buffer:captured_len()
    end
    item:add_le(f.pid, buffer(12, 4))
    if exe_size > 0 then
        item:add(f.exe, buffer(76, exe_size), buffer(76, exe_size):string(ENC_UTF_8))
    end
    item:add_le(f.window, buffer(24, 8))
    local what
    if registered then
        what = ""
        item:add_le(f.message, buffer(32, 8))
        if name_size > 0 then
            what = buffer(76 + exe_size, name_size):string(ENC_UTF_8)
            item:add(f.name, buffer(76 + exe_size, name_size), what)
        end
        item:add_le(f.wparam, buffer(40, 8))
        item:add_le(f.lparam, buffer(48, 8))
    else
        what = tostring(buffer(32, 8):le_uint64())
        item:add_le(f.id, buffer(32, 8))
        item:add_le(f.null, buffer(6, 2))
        item:add_le(f.size, buffer(56, 8))
    end
    if buffer(4, 1):uint() >= 2 and not add_second(item, buffer, 76 + exe_size + name_size, header) then
        item:add_proto_expert_info(cut)
    end
    if not registered then
        local kept = buffer:captured_len() - header
        local null = buffer(6, 2):le_uint() % 2 == 1
        item:add(f.truncated, buffer(56, 8), not null and UInt64(kept) < buffer(56, 8):le_uint64())
        if kept > 0 then
            item:add(f.payload, buffer(header, kept))
        end
    end
    pinfo.cols.src = exe_size > 0 and buffer(76, exe_size):string(ENC_UTF_8) or "unknown"
    pinfo.cols.info = kinds[buffer(5, 1):uint()] .. " " .. what
    return buffer:captured_len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, ipclens)
