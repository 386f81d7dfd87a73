-- A municipal music school: families, students, teachers, courses, lessons, instruments on loan, invoices.
CREATE TABLE guardians (
    id bigint GENERATED ALWAYS AS IDENTITY,
    full_name text NOT NULL,
    email varchar(120) NOT NULL,
    phone varchar(30),
    street text,
    postal_code varchar(10),
    iban varchar(34),
    newsletter boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT guardians_pkey PRIMARY KEY (id),
    CONSTRAINT guardians_email_key UNIQUE (email)
);

CREATE TABLE students (
    id bigint GENERATED ALWAYS AS IDENTITY,
    guardian_id bigint,
    first_name text NOT NULL,
    last_name text NOT NULL,
    born_on date,
    level smallint NOT NULL DEFAULT 1,
    status varchar(20) NOT NULL DEFAULT 'active',
    remarks text,
    fax text,
    joined_on date NOT NULL DEFAULT CURRENT_DATE,
    CONSTRAINT students_pkey PRIMARY KEY (id),
    CONSTRAINT students_guardian_fk FOREIGN KEY (guardian_id) REFERENCES guardians (id),
    CONSTRAINT students_level_check CHECK (level BETWEEN 1 AND 10)
);

CREATE INDEX students_last_name_idx ON students (last_name);

CREATE TABLE teachers (
    id bigint GENERATED ALWAYS AS IDENTITY,
    name text NOT NULL,
    email varchar(120),
    hourly_rate numeric(8,2),
    max_hours integer DEFAULT 25,
    biography text,
    profile jsonb,
    hired_on date,
    active boolean DEFAULT true,
    CONSTRAINT teachers_pkey PRIMARY KEY (id),
    CONSTRAINT teachers_rate_check CHECK (hourly_rate > 0)
);

CREATE TABLE rooms (
    id bigint GENERATED ALWAYS AS IDENTITY,
    code varchar(8) NOT NULL,
    floor smallint,
    capacity integer,
    has_piano boolean NOT NULL DEFAULT false,
    building text,
    CONSTRAINT rooms_pkey PRIMARY KEY (id),
    CONSTRAINT rooms_code_key UNIQUE (code)
);

CREATE TABLE courses (
    id bigint GENERATED ALWAYS AS IDENTITY,
    title varchar(80) NOT NULL,
    slug text NOT NULL,
    instrument text,
    teacher_id bigint,
    fee numeric(8,2) NOT NULL DEFAULT 0,
    max_students integer,
    syllabus text,
    tags text[],
    published boolean DEFAULT false,
    starts_on date,
    ends_on date,
    CONSTRAINT courses_pkey PRIMARY KEY (id),
    CONSTRAINT courses_teacher_fk FOREIGN KEY (teacher_id) REFERENCES teachers (id)
);

CREATE INDEX courses_instrument_idx ON courses (instrument);
CREATE UNIQUE INDEX courses_slug_idx ON courses (slug);

CREATE TABLE enrollments (
    id bigint GENERATED ALWAYS AS IDENTITY,
    student_id bigint NOT NULL,
    course_id bigint NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    discount integer DEFAULT 0,
    enrolled_at timestamptz DEFAULT now(),
    grade text,
    CONSTRAINT enrollments_pkey PRIMARY KEY (id),
    CONSTRAINT enrollments_student_fk FOREIGN KEY (student_id) REFERENCES students (id),
    CONSTRAINT enrollments_discount_check CHECK (discount >= 0 AND discount <= 100)
);

CREATE INDEX enrollments_state_idx ON enrollments (state);

CREATE TABLE lessons (
    id bigint GENERATED ALWAYS AS IDENTITY,
    course_id bigint,
    room_id bigint,
    starts_at timestamp,
    minutes integer NOT NULL DEFAULT 45,
    topic text,
    homework text,
    cancelled boolean,
    CONSTRAINT lessons_pkey PRIMARY KEY (id),
    CONSTRAINT lessons_course_fk FOREIGN KEY (course_id) REFERENCES courses (id)
);

CREATE INDEX lessons_starts_at_idx ON lessons (starts_at);

CREATE TABLE instruments (
    id bigint GENERATED ALWAYS AS IDENTITY,
    serial_no varchar(40),
    kind text NOT NULL,
    brand text,
    bought_on date,
    value numeric(10,2),
    condition text DEFAULT 'good',
    details jsonb,
    CONSTRAINT instruments_pkey PRIMARY KEY (id)
);

CREATE TABLE loans (
    id bigint GENERATED ALWAYS AS IDENTITY,
    instrument_id bigint NOT NULL,
    student_id bigint,
    lent_on date NOT NULL,
    due_on date,
    returned_on date,
    deposit numeric(8,2) DEFAULT 50,
    note text,
    CONSTRAINT loans_pkey PRIMARY KEY (id),
    CONSTRAINT loans_instrument_fk FOREIGN KEY (instrument_id) REFERENCES instruments (id)
);

CREATE INDEX loans_due_on_idx ON loans (due_on);

CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY,
    guardian_id bigint NOT NULL,
    number varchar(20) NOT NULL,
    amount integer NOT NULL,
    currency char(3) DEFAULT 'EUR',
    issued_on date,
    paid_at timestamptz,
    reminder_count integer,
    memo text,
    CONSTRAINT invoices_pkey PRIMARY KEY (id),
    CONSTRAINT invoices_number_key UNIQUE (number),
    CONSTRAINT invoices_guardian_fk FOREIGN KEY (guardian_id) REFERENCES guardians (id),
    CONSTRAINT invoices_amount_check CHECK (amount >= 0)
);

CREATE TABLE waitlist_entries (
    id bigint GENERATED ALWAYS AS IDENTITY,
    course_id bigint,
    student_id bigint,
    rank integer,
    requested_at timestamptz,
    CONSTRAINT waitlist_entries_pkey PRIMARY KEY (id)
);
